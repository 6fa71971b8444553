import type { ArchiveCheck } from '../../../../wire/archive.ts';
import { Notice } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { bytes, plural } from '../../../lib/format.ts';

/** What a check has found, in its sentences. `what` was checked: "It is". */
export function CheckResult({ check, what }: { check: ArchiveCheck; what: string }) {
  const { ok, records, rawBytes, problems, checkedAtMs } = check;
  return (
    <>
      <Notice tone={ok ? 'ok' : 'bad'}>
        {ok ? `${what} what was written` : `${what} not what was written`}: {plural(records, 'record')},{' '}
        {bytes(rawBytes)} raw, read <Time ms={checkedAtMs} />.
      </Notice>
      {problems.length === 0 ? null : (
        <ul class="check-problems" aria-label="Problems">
          {problems.map((problem) => (
            <li key={problem} dir="auto">
              {problem}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
