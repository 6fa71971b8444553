import type { Env } from '../env.ts';
import { log } from '../shared/log.ts';
import { type HealthChange, TOPIC_HEALTH } from '../wire/protocol.ts';
import { healthLine } from './notice.ts';

/**
 * Tells those who watch the health of a project that something changed, and what: all that changed at once in one call. Never throws: whoever misses it
 * asks again within seconds (`GET /api/health/pulse`), and what changed must not wait for who watches.
 */
export async function announceHealth(
  env: Env,
  projectId: string,
  changes: readonly HealthChange[],
  nowMs: number,
): Promise<void> {
  try {
    const ndjson = changes.map((change) => `${healthLine(change, nowMs)}\n`).join('');
    await env.HUB.getByName(projectId).announce(TOPIC_HEALTH, { ndjson, count: changes.length });
  } catch (cause) {
    log('warn', 'health_not_announced', { projectId, cause: String(cause) });
  }
}
