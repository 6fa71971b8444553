import type { Sender } from '../ingest/index.ts';
import { type AppContext, refuse } from '../shared/http.ts';
import type { Result } from '../shared/result.ts';
import { type EtlError, etlProblem } from './errors.ts';
import { countStartRefusal, type Started, type StartRefusal } from './start.ts';

/** What a start or a resend says at its end: 202 with the counts, or the refusal with what is stored all the same. */
export async function answerStart(
  c: AppContext,
  sender: Sender,
  started: Result<Started, StartRefusal>,
  elapsedMs: () => number,
): Promise<Response> {
  const { answer } = started.ok ? started.value : started.error;
  const isUseless = answer !== null && answer.received > 0 && answer.rejected === answer.received;
  const error: EtlError | null = !started.ok
    ? started.error.error
    : isUseless
      ? { kind: 'all_rejected', first: answer?.errors[0] }
      : null;
  let response: Response;
  if (error === null) response = c.json(answer, 202);
  else {
    // Records that were all rejected are counted as such, not as a request that was refused.
    if (error.kind !== 'all_rejected') await countStartRefusal(c.get('ctx'), sender, { error, answer });
    response = refuse(c, { ...etlProblem(error), ...(answer ? { extra: { ...answer } } : {}) });
  }
  response.headers.set('x-etl-time', elapsedMs().toFixed(1));
  if (started.ok && started.value.replayed) response.headers.set('idempotent-replayed', 'true');
  return response;
}

/** Before a run began. */
export async function refuseStart(c: AppContext, sender: Sender | null, error: EtlError): Promise<Response> {
  if (sender !== null) await countStartRefusal(c.get('ctx'), sender, { error, answer: null });
  return refuse(c, etlProblem(error));
}
