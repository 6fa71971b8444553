import type { Percentiles } from './latencies.ts';
import type { LoadResult } from './run.ts';

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : whole(value)} ms`;
const mebibytes = (bytes: number) => `${whole(bytes / 1024 / 1024)} MiB`;

/** A result as lines for people. */
export function reportOf(result: LoadResult): string {
  const { sent, counted, live, queries, memory } = result;
  const asked = result.rate === null ? '' : ` of ${whole(result.rate)} asked for`;
  const rows: [string, string][] = [
    ['target', `${result.target}, ${result.seconds.toFixed(0)} s`],
    [
      'stored',
      `${whole(result.perSecond)} records/s${asked}, ${mebibytes(sent.bytes / result.seconds)}/s, ${whole(sent.requests)} requests`,
    ],
    ['ingest', percentiles(result.ingest)],
    ...(queries === null ? [] : [['searches', percentiles(queries)] as [string, string]]),
    ...(live === null
      ? []
      : [
          [
            'live',
            `${percentiles(live)}; ${live.sockets} sockets saw ${whole(live.seen)}, were told of ${whole(live.dropped)} left out, miss ${live.missing}`,
          ] as [string, string],
        ]),
    ...(sent.overdue > 0
      ? [['overdue', `${whole(sent.overdue)} batches were due and not sent when the time was over`] as [string, string]]
      : []),
    ...Object.entries(sent.delays).map(([reason, count]): [string, string] => ['waited', `${count} times: ${reason}`]),
    [
      'answered',
      `${whole(sent.received)} = ${whole(sent.stored)} stored + ${whole(sent.duplicate)} duplicate + ${whole(sent.rejected)} rejected`,
    ],
    [
      'ledger',
      `${whole(counted.received)} = ${whole(counted.stored)} stored + ${whole(counted.duplicate)} duplicate + ${whole(counted.rejected)} rejected; ${whole(result.backlogRecords)} not yet in a block`,
    ],
    ...(memory === null
      ? []
      : [
          [
            'memory',
            `${mebibytes(memory.earlyBytes)} early, ${mebibytes(memory.lateBytes)} late, ${mebibytes(memory.peakBytes)} at most: ${memory.verdict}`,
          ] as [string, string],
        ]),
  ];
  return `${rows.map(([what, text]) => `${what.padEnd(11)}${text}`).join('\n')}\n`;
}

function percentiles({ count, p50Ms, p95Ms, p99Ms, p999Ms, maxMs }: Percentiles): string {
  if (count === 0) return 'none';
  return `p50 ${ms(p50Ms)}, p95 ${ms(p95Ms)}, p99 ${ms(p99Ms)}, p99.9 ${ms(p999Ms)}, max ${ms(maxMs)}`;
}
