import type { ApiError } from '../../api/http.ts';
import type { KeyQuota } from '../../api/types.ts';
import { TextField } from '../../components/field.tsx';
import { fieldReason } from '../../lib/errors.ts';
import { exact } from '../../lib/format.ts';

export const QUOTA_PLACE = '/quota';

/** What a person writes as a number of records; null is no quota. Anything else goes to the server, whose reason stands beside the field. */
export function quotaOf(text: string): KeyQuota | null {
  const digits = text.replace(/[\s,_']/g, '');
  return digits === '' ? null : { recordsPerDay: Number(digits) };
}

export function quotaText(quota: KeyQuota | null): string {
  return quota === null ? '' : exact(quota.recordsPerDay);
}

interface QuotaFieldProps {
  value: string;
  onInput: (value: string) => void;
  error: ApiError | null;
}

export function QuotaField({ value, onInput, error }: QuotaFieldProps) {
  return (
    <TextField
      label="Records a day, at most"
      value={value}
      onInput={onInput}
      placeholder="no quota"
      hint="From midnight to midnight UTC. What is over it is refused with 429; senders try again."
      error={fieldReason(error, QUOTA_PLACE)}
    />
  );
}
