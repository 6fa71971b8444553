import { env } from 'cloudflare:workers';
import type { FamilyName } from '../../../src/observability/red/families.ts';
import { metricsOf } from '../../../src/observability/red/object.ts';
import { Registry } from '../../../src/observability/red/registry.ts';
import type { Delta } from '../../../src/observability/red/reporter.ts';
import { randomId } from '../../../src/shared/ids.ts';

export interface Observed {
  family?: FamilyName;
  labels?: string[];
  atMs: number;
  durationMs: number;
  /** Place among the family's. */
  outcome?: number;
}

/** What an isolate tells that has measured these. */
export function deltaOf(observed: readonly Observed[], seq = 1, isolate = randomId('iso')): Delta {
  const registry = new Registry();
  for (const { family = 'requests', labels = ['GET', '/a'], outcome = 1, ...rest } of observed) {
    registry.observe(family, labels, { ...rest, outcome, traceId: null });
  }
  return { isolate, seq, ...registry.drain() };
}

/** To the object of the deployment, from an isolate of its own. */
export async function tell(observed: readonly Observed[]): Promise<void> {
  await metricsOf(env).add(deltaOf(observed));
}
