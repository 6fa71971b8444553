import type { DestinationConfig } from '../../src/delivery/calls.ts';
import type { Gauge } from '../../src/observability/index.ts';

/** What a destination says of its queue. */
export function queueGauges(
  config: DestinationConfig | null,
  counts: { backlog: number; deadLetters: number },
  atMs: number,
): Gauge[] {
  if (config === null) return [];
  const whose = { projectId: config.projectId, owner: config.destinationId, atMs };
  return [
    { gauge: 'deliveriesWaiting', value: counts.backlog, ...whose },
    { gauge: 'deadLetters', value: counts.deadLetters, ...whose },
  ];
}
