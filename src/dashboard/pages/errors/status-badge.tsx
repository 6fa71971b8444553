import type { ErrorStatus } from '../../../wire/error-groups.ts';
import { STATUS_WORDS } from './groups-query.ts';

const TONES: Readonly<Record<ErrorStatus, string>> = {
  open: '',
  regressed: ' badge-bad',
  resolved: ' badge-ok',
  ignored: ' badge-off',
};

export function StatusBadge({ status }: { status: ErrorStatus }) {
  return <span class={`badge${TONES[status]}`}>{STATUS_WORDS[status].toLowerCase()}</span>;
}
