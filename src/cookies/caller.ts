import { authProblem } from '../auth/index.ts';
import { authenticateAnyKey, countRefusedCode, ingestProblem } from '../ingest/index.ts';
import { journalFor } from '../journal/index.ts';
import { takeIngest, takeOther } from '../limits/index.ts';
import { namedProject } from '../projects/index.ts';
import type { AppContext } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { CookieError } from './errors.ts';

/** Finds out who is signed in, as the read side does; the response is a refusal. */
export type Identify = (c: AppContext) => Promise<Response | null>;

/**
 * The project whose telemetry a request is: that of its key, whatever its scopes, without a database; else `?project=` of somebody who may read
 * it. Counted as a request of the project's write routes, or of the person.
 */
export async function telemetryProject(
  c: AppContext,
  identify: Identify,
): Promise<Result<string, CookieError> | Response> {
  const key = await authenticateAnyKey(c);
  if (key === null) return personsProject(c, identify);
  if (!key.ok) return err({ kind: 'sender', error: key.error });
  const ctx = c.get('ctx');
  const { projectId, keyId } = key.value;
  const [refused, taken] = await Promise.all([
    journalFor(ctx.env, projectId, 0).keyRefusal(keyId, ctx.nowMs),
    takeIngest(ctx, { projectId, keyId, recordsPerDay: null }, { records: 0, seen: null, isRequest: true }),
  ]);
  const refusal = refused !== null ? { kind: refused } : taken.ok ? null : taken.error;
  if (refusal === null) {
    const named = c.req.query('project') || projectId;
    return named === projectId ? ok(projectId) : err({ kind: 'project', error: { kind: 'not_found' } });
  }
  await countRefusedCode(ctx, { projectId, keyId }, ingestProblem(refusal).code);
  return err({ kind: 'sender', error: refusal });
}

async function personsProject(c: AppContext, identify: Identify): Promise<Result<string, CookieError> | Response> {
  const refusal = await identify(c);
  if (refusal !== null) return refusal;
  const ctx = c.get('ctx');
  if (ctx.actor.kind === 'anonymous')
    return err({ kind: 'refused', problem: authProblem({ kind: 'unauthenticated' }) });
  const limit = await takeOther(ctx);
  if (limit !== null) return err({ kind: 'limit', error: limit });
  const project = await namedProject(ctx, c.req.query('project'), 'read');
  return project.ok ? project : err({ kind: 'project', error: project.error });
}
