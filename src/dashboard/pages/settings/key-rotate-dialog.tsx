import { useState } from 'preact/hooks';
import { rotateKey } from '../../api/admin.ts';
import type { ApiKey, NewApiKey } from '../../api/types.ts';
import { Field } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { QUOTA_PLACE, QuotaField, quotaOf, quotaText } from './quota-field.tsx';

interface RotateProps {
  projectId: string;
  apiKey: ApiKey;
  onDone: (key: NewApiKey) => void;
  onClose: () => void;
}

const GRACES = [
  { seconds: 3_600, label: 'in 1 hour' },
  { seconds: 86_400, label: 'in 24 hours' },
  { seconds: 0, label: 'at once' },
] as const;

export function KeyRotateDialog({ projectId, apiKey, onDone, onClose }: RotateProps) {
  const [graceSeconds, setGraceSeconds] = useState(3_600);
  const [quota, setQuota] = useState(quotaText(apiKey.quota));
  const sends = apiKey.scopes.some((scope) => scope !== 'query');
  return (
    <FormDialog
      title={`Rotate “${apiKey.name}”`}
      action="Make the new key"
      ready
      places={[QUOTA_PLACE]}
      submit={() => rotateKey(projectId, apiKey.id, { graceSeconds, quota: quotaOf(quota) })}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>
            You get a new key with the same name and scopes. The old one goes on for a while, so that you can put the
            new one in place.
          </p>
          <Field label="The old key ends">
            {(ids) => (
              <select
                {...ids}
                class="select"
                value={graceSeconds}
                onChange={(event) => setGraceSeconds(Number(event.currentTarget.value))}
              >
                {GRACES.map(({ seconds, label }) => (
                  <option key={seconds} value={seconds}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {sends ? <QuotaField value={quota} onInput={setQuota} error={error} /> : null}
        </>
      )}
    </FormDialog>
  );
}
