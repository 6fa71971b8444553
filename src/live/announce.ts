import type { Env } from '../env.ts';
import { type HealthChange, TOPIC_HEALTH } from '../wire/protocol.ts';
import { healthLine } from './notice.ts';

/**
 * Tells those who watch the health of a project that something changed, and what. Never throws: whoever misses it asks again within seconds
 * (`GET /api/health/pulse`), and what changed must not wait for who watches.
 */
export async function announceHealth(env: Env, projectId: string, change: HealthChange, nowMs: number): Promise<void> {
  try {
    await env.HUB.getByName(projectId).announce(TOPIC_HEALTH, healthLine(change, nowMs));
  } catch (cause) {
    console.warn(JSON.stringify({ level: 'warn', event: 'health_not_announced', projectId, cause: String(cause) }));
  }
}
