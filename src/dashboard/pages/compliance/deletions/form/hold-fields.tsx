import { ERASURE_CATEGORIES, type ErasureCategory } from '../../../../../wire/compliance.ts';
import type { Stream } from '../../../../../wire/record.ts';
import type { DeletionHoldInput } from '../../../../api/deletions.ts';
import { Field, TextField } from '../../../../components/field.tsx';
import { StreamSelect } from '../../../../components/query/stream-select.tsx';
import { CATEGORY_WORDS } from '../deletion-words.ts';

export interface HoldDraft {
  category: ErasureCategory;
  stream: Stream | null;
  reason: string;
}

export const NO_HOLD: HoldDraft = { category: 'records', stream: null, reason: '' };

/** Only records have streams. */
export function holdOf({ category, stream, reason }: HoldDraft): DeletionHoldInput {
  return { category, stream: category === 'records' ? stream : null, reason: reason.trim() };
}

interface HoldFieldsProps {
  draft: HoldDraft;
  error?: string | null;
  onChange: (draft: HoldDraft) => void;
}

export function HoldFields({ draft, error = null, onChange }: HoldFieldsProps) {
  return (
    <>
      <Field label="Part">
        {(ids) => (
          <select
            {...ids}
            class="select"
            value={draft.category}
            onChange={(event) => onChange({ ...draft, category: event.currentTarget.value as ErasureCategory })}
          >
            {ERASURE_CATEGORIES.map((category) => (
              <option key={category} value={category}>
                {CATEGORY_WORDS[category]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {draft.category === 'records' ? (
        <Field label="Stream">
          {({ id }) => (
            <StreamSelect id={id} value={draft.stream} onChange={(stream) => onChange({ ...draft, stream })} />
          )}
        </Field>
      ) : null}
      <TextField
        label="Reason"
        value={draft.reason}
        placeholder="Tax law, ten years"
        error={error}
        onInput={(reason) => onChange({ ...draft, reason })}
        required
      />
    </>
  );
}
