import type { Env } from '../../env.ts';
import { type AppContext, refuse } from '../../shared/http.ts';
import { log } from '../../shared/log.ts';
import { type Problem, STORE_AWAY } from '../../shared/problem.ts';
import { inTime, within } from '../../shared/within.ts';
import { flushMeasured } from './isolate.ts';
import { type MetricsObject, metricsOf } from './object.ts';

/** What this isolate has measured itself is to be in the answer; without it the answer is five seconds old. */
const MAX_FLUSH_MS = 2_000;
/** Together within the ten seconds that Prometheus waits for a scrape. */
const MAX_ANSWER_MS = 5_000;

const METRICS_AWAY: Problem = {
  ...STORE_AWAY,
  detail: 'The object that adds metrics up does not answer. What isolates measure meanwhile is kept. Try again.',
};

class MetricsAway extends Error {}

/** What the object of metrics says. Throws for `orMetricsAway` where it does not, or not in time. */
export async function askMetrics<T>(env: Env, ask: (object: MetricsObject) => Promise<T>): Promise<T> {
  try {
    await within(MAX_FLUSH_MS, flushMeasured(env));
    return await inTime(MAX_ANSWER_MS, 'the object of metrics', ask(metricsOf(env)));
  } catch (cause) {
    throw new MetricsAway(String(cause));
  }
}

/** The answer, or 503: figures that lack a part would be read as if the part had gone down to nothing. */
export async function orMetricsAway(c: AppContext, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (cause) {
    if (!(cause instanceof MetricsAway)) throw cause;
    log('error', 'metrics_away', { requestId: c.get('ctx').requestId, cause: cause.message });
    return refuse(c, METRICS_AWAY);
  }
}
