import { Hono } from 'hono';
import { authProblem, requireRole } from '../auth/index.ts';
import { type KeyClaims, projectAccess, projectProblem, verifyKey } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { problemResponse } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import { MAX_IDEMPOTENCY_KEY_CHARS, MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import { BROWSER_STREAMS, isStream, STREAMS, type Stream } from '../wire/record.ts';
import { answerPreflight, readableEverywhere } from './cors.ts';
import { type IngestError, ingestProblem } from './errors.ts';
import { countRefused, type IngestRequest, ingest } from './ingest.ts';
import { readLedger } from './ledger.ts';
import { countRefusedKey, readRefusedKeys } from './refused-keys.ts';

export function ingestRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use('/api/ingest/*', readableEverywhere);
  routes.options('/api/ingest', answerPreflight);
  routes.post('/api/ingest', async function postIngest(c) {
    const ctx = c.get('ctx');
    const key = presentedKey(c);
    const claims = key === null ? null : verifyKey(ctx.config, key);
    if (!claims) {
      const problem = ingestProblem({ kind: key === null ? 'no_key' : 'bad_key' });
      await countRefusedKey(ctx, key, problem.code);
      return refuse(c, problem);
    }
    const target = readTarget(c, claims);
    if (!target.ok) {
      await countRefused(ctx, claims, target.error);
      return refuse(c, ingestProblem(target.error));
    }
    const result = await ingest(ctx, target.value, c.req.raw);
    if (!result.ok) return refuse(c, ingestProblem(result.error));
    const { answer, replayed } = result.value;
    const unusable = answer.received > 0 && answer.rejected === answer.received;
    const response = unusable ? allRejected(answer, ctx.requestId) : c.json(answer, 202);
    if (replayed) response.headers.set('idempotent-replayed', 'true');
    return response;
  });
  return routes;
}

/** The read side of the same counts. */
export function ledgerRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/refused-keys', async function getRefusedKeys(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    return c.json({ items: await readRefusedKeys(ctx), nextCursor: null });
  });
  routes.get('/api/projects/:id/ledger', async function getLedger(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    return c.json(await readLedger(ctx, project.value.id));
  });
  return routes;
}

/** Header, query or bearer. The query form exists for senders that can set nothing else. */
function presentedKey(c: AppContext): string | null {
  const authorization = c.req.header('authorization');
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
  return c.req.header('x-api-key') ?? c.req.query('key') ?? null;
}

function isKeyInUrl(c: AppContext): boolean {
  return c.req.header('authorization') === undefined && c.req.header('x-api-key') === undefined;
}

function readTarget(c: AppContext, claims: KeyClaims): Result<IngestRequest, IngestError> {
  const streams = writableStreams(claims);
  if (streams !== null && streams.length === 0) return err({ kind: 'scope', needed: 'ingest' });
  // URLs end up in logs and histories: what can be found there must not be able to read.
  if (isKeyInUrl(c) && !claims.scopes.every((scope) => scope.startsWith('ingest'))) return err({ kind: 'key_in_url' });
  if (claims.origins !== null) {
    const origin = c.req.header('origin') ?? '';
    if (!claims.origins.includes(origin)) return err({ kind: 'origin', origin });
  }
  const stream = c.req.query('stream') ?? streams?.[0] ?? 'logs';
  if (!isStream(stream))
    return err({ kind: 'bad_parameter', name: 'stream', reason: `must be one of ${STREAMS.join(', ')}` });
  const service = c.req.query('service') ?? 'unknown';
  if (service.length > MAX_IDENTIFIER_CHARS)
    return err({ kind: 'bad_parameter', name: 'service', reason: 'is too long' });
  const idempotencyKey = c.req.header('idempotency-key') ?? null;
  if (idempotencyKey !== null && (idempotencyKey === '' || idempotencyKey.length > MAX_IDEMPOTENCY_KEY_CHARS)) {
    return err({
      kind: 'bad_parameter',
      name: 'Idempotency-Key',
      reason: `must have 1 to ${MAX_IDEMPOTENCY_KEY_CHARS} characters`,
    });
  }
  return ok({ projectId: claims.projectId, keyId: claims.keyId, streams, stream, service, idempotencyKey });
}

/** Null: every stream. A browser key writes browser streams, whatever its scopes say. */
export function writableStreams({ scopes, origins }: Pick<KeyClaims, 'scopes' | 'origins'>): Stream[] | null {
  const all = scopes.includes('ingest') || scopes.includes('admin');
  if (all && origins === null) return null;
  return (origins === null ? STREAMS : BROWSER_STREAMS).filter((stream) => all || scopes.includes(`ingest:${stream}`));
}

/** Nothing of the body was usable: the status says so, the counts beside it say how much it was. */
function allRejected(answer: IngestAnswer, requestId: string): Response {
  const first = answer.errors[0];
  const detail = first ? `Record ${first.index}${first.pointer}: ${first.reason}` : 'Every record was rejected.';
  return problemResponse(
    { status: 400, code: 'all_rejected', title: 'No record could be stored', detail, extra: { ...answer } },
    requestId,
  );
}
