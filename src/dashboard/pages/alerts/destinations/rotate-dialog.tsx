import { useState } from 'preact/hooks';
import type { Destination, DestinationSecret, DestinationWithSecret } from '../../../../wire/delivery.ts';
import { rotateSecret } from '../../../api/destinations.ts';
import { Field } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';

interface RotateProps {
  project: string;
  destination: Destination;
  onDone: (made: DestinationWithSecret) => void;
  onClose: () => void;
}

const OVERLAPS = [
  { hours: 24, label: 'in 24 hours' },
  { hours: 1, label: 'in 1 hour' },
  { hours: 168, label: 'in a week' },
  { hours: 0, label: 'at once, because somebody has seen them' },
] as const;

/** A new secret of a kind; old ones of that kind sign beside it for a while. */
export function RotateDialog({ project, destination, onDone, onClose }: RotateProps) {
  const [kind, setKind] = useState<DestinationSecret['kind']>('v1');
  const [overlapHours, setOverlapHours] = useState(24);
  const isFirst = !destination.secrets.some((secret) => secret.kind === kind);
  return (
    <FormDialog
      title={`New secret for “${destination.name}”`}
      action="Make the new secret"
      ready
      submit={() => rotateSecret(project, destination.id, { kind, overlapHours })}
      onDone={onDone}
      onClose={onClose}
    >
      {() => (
        <>
          <p>
            Deliveries are signed with the new one from now on, and with the old ones until they end. Give the new one
            to the receiver meanwhile.
          </p>
          <fieldset class="fieldset">
            <legend>Kind</legend>
            <label class="check">
              <input type="radio" name="kind" checked={kind === 'v1'} onChange={() => setKind('v1')} />
              <span>v1: one secret that both sides know (HMAC-SHA256)</span>
            </label>
            <label class="check">
              <input type="radio" name="kind" checked={kind === 'v1a'} onChange={() => setKind('v1a')} />
              <span>v1a: the receiver needs a public key alone (Ed25519)</span>
            </label>
          </fieldset>
          {isFirst ? null : (
            <Field label="The old ones end">
              {(ids) => (
                <select
                  {...ids}
                  class="select"
                  value={overlapHours}
                  onChange={(event) => setOverlapHours(Number(event.currentTarget.value))}
                >
                  {OVERLAPS.map(({ hours, label }) => (
                    <option key={hours} value={hours}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </>
      )}
    </FormDialog>
  );
}
