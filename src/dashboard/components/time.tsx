import { dateTime, isDate, timeTitle } from '../lib/format.ts';
import { now } from '../state/clock.ts';

/** Local time; UTC and relative on hover. */
export function Time({ ms, format = dateTime }: { ms: number; format?: (ms: number) => string }) {
  if (!isDate(ms)) return <span title={String(ms)}>no date</span>;
  return (
    <time dateTime={new Date(ms).toISOString()} title={timeTitle(ms, now())}>
      {format(ms)}
    </time>
  );
}
