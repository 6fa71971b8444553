import type { Gauge } from '../../src/observability/index.ts';

/** What a journal says of its tail. */
export function tailGauges(
  projectId: string,
  shard: number,
  tail: { records: number; bytes: number; oldestAtMs: number | null },
  atMs: number,
): Gauge[] {
  const whose = { projectId, owner: `${projectId}/${shard}`, atMs };
  return [
    { gauge: 'journalTailRecords', value: tail.records, ...whose },
    { gauge: 'journalTailBytes', value: tail.bytes, ...whose },
    { gauge: 'sealLag', value: tail.oldestAtMs ?? 0, ...whose },
  ];
}
