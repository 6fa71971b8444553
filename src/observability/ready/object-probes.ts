import type { Env } from '../../env.ts';
import { journalFor } from '../../journal/index.ts';

/** No project, user, key or destination has this id, so the probes touch nobody's object. Each class has one of it. */
const PROBE_ID = 'readiness-probe';

/**
 * One call to an object of each class, which reads its storage and changes nothing: by the binding of wrangler.toml, which a test compares. The name is what the
 * check is called.
 */
export const OBJECT_PROBES: Readonly<Record<string, { name: string; probe: (env: Env) => Promise<unknown> }>> = {
  JOURNAL: { name: 'journal', probe: async (env) => journalFor(env, PROBE_ID, 0).status() },
  HUB: { name: 'hub', probe: async (env) => env.HUB.getByName(PROBE_ID).publish({ shard: 0, parts: [], heads: null }) },
  LIMITER: { name: 'limiter', probe: async (env) => env.LIMITER.getByName(PROBE_ID).browserRules() },
  FRAUD: { name: 'fraud', probe: async (env) => env.FRAUD.getByName(PROBE_ID).quality() },
  DESTINATION: { name: 'destination', probe: async (env) => env.DESTINATION.getByName(PROBE_ID).transitions(1) },
  ALERTS: { name: 'alerts', probe: async (env) => env.ALERTS.getByName(PROBE_ID).counts() },
  METRICS: { name: 'metrics', probe: async (env) => env.METRICS.getByName(PROBE_ID).changedHours(1) },
};
