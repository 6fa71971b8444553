import { hasRole, sessionEndsAtMs } from '../auth/index.ts';
import type { Actor, Ctx } from '../env.ts';
import { writableStreams } from '../ingest/index.ts';
import { presentedKey, projectAccess, verifyKey } from '../projects/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { SUBPROTOCOL } from '../wire/protocol.ts';
import type { LiveError } from './errors.ts';
import { encodeIdentity, IDENTITY_HEADER, type LiveIdentity } from './identity.ts';
import { isClientId } from './topics.ts';

/** Checks who opens a socket and for what, and hands the upgrade to the project's hub. */
export async function openSocket(ctx: Ctx, request: Request): Promise<Result<Response, LiveError>> {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return err({ kind: 'upgrade_required' });
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL)) return err({ kind: 'subprotocol_required' });
  const identity = await identityOf(ctx, request);
  if (!identity.ok) return identity;
  // Made from nothing: neither a forged identity nor a cookie or key gets past this line.
  const headers = { upgrade: 'websocket', [IDENTITY_HEADER]: encodeIdentity(identity.value) };
  const { webSocket } = await ctx.env.HUB.getByName(identity.value.projectId).fetch('https://hub/', { headers });
  if (!webSocket) return err({ kind: 'too_many_sockets' });
  // Headers of an answer that was fetched cannot be added to, and this one too has to say by which id the log knows it.
  const answered = { 'sec-websocket-protocol': SUBPROTOCOL, 'x-request-id': ctx.requestId };
  return ok(new Response(null, { status: 101, webSocket, headers: answered }));
}

async function identityOf(ctx: Ctx, request: Request): Promise<Result<LiveIdentity, LiveError>> {
  const { actor } = ctx;
  const parameters = new URL(request.url).searchParams;
  const clientId = parameters.get('client');
  if (clientId !== null && !isClientId(clientId)) {
    return err({ kind: 'bad_parameter', name: 'client', reason: 'must have 1 to 64 of A-Z a-z 0-9 _ . -' });
  }
  const acks = parameters.get('acks') ?? 'each';
  if (acks !== 'each' && acks !== 'gathered') {
    return err({ kind: 'bad_parameter', name: 'acks', reason: 'must be each or gathered' });
  }
  const common = { clientId, gathersAcks: acks === 'gathered', checkedAtMs: ctx.nowMs };
  switch (actor.kind) {
    case 'key':
      return keyIdentity(ctx, actor, request, parameters.get('project'), common);
    case 'user':
      return userIdentity(ctx, actor, request, parameters.get('project'), common);
    default:
      return err({ kind: 'unauthenticated' });
  }
}

type Common = Pick<LiveIdentity, 'clientId' | 'gathersAcks' | 'checkedAtMs'>;

/** The middleware has verified the key; it carries its project. */
function keyIdentity(
  ctx: Ctx,
  { keyId, projectId, scopes }: Extract<Actor, { kind: 'key' }>,
  request: Request,
  asked: string | null,
  common: Common,
): Result<LiveIdentity, LiveError> {
  if (asked !== null && asked !== projectId) return err({ kind: 'project', error: { kind: 'not_found' } });
  const claims = verifyKey(ctx.config, presentedKey(request) ?? '');
  if (!claims) return err({ kind: 'unauthenticated' });
  const origin = request.headers.get('origin') ?? '';
  if (claims.origins !== null && !claims.origins.includes(origin)) return err({ kind: 'origin', origin });
  const mayRead = scopes.includes('query') || scopes.includes('admin');
  const by = { kind: 'key', keyId } as const;
  return ok({
    ...common,
    projectId,
    accountId: keyId,
    by,
    mayRead,
    writes: writableStreams(claims),
    expiresAtMs: null,
  });
}

/**
 * A browser sends cookies along with any page's WebSocket, whatever SameSite says in older ones, and always says which page it is: no page can
 * forge or leave out `Origin` (RFC 6455, 10.2). So what comes without is a program that holds the cookie itself, as in changes over HTTP; it too
 * reads and sends nothing before its token. `Sec-Fetch-Site` is not asked: browsers differ in whether `ws:` is of a page's own origin.
 */
async function userIdentity(
  ctx: Ctx,
  actor: Extract<Actor, { kind: 'user' }>,
  request: Request,
  projectId: string | null,
  common: Common,
): Promise<Result<LiveIdentity, LiveError>> {
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== new URL(request.url).origin) return err({ kind: 'cross_site_request' });
  if (projectId === null) return err({ kind: 'bad_parameter', name: 'project', reason: 'is missing' });
  const project = await projectAccess(ctx, projectId, 'read');
  if (!project.ok) return err({ kind: 'project', error: project.error });
  const { userId, sessionId } = actor;
  const expiresAtMs = await sessionEndsAtMs(ctx, sessionId);
  if (expiresAtMs === null) return err({ kind: 'unauthenticated' });
  return ok({
    ...common,
    projectId,
    accountId: `user:${userId}`,
    by: { kind: 'user', userId, sessionId },
    mayRead: true,
    writes: hasRole(actor, 'analyst') ? null : [],
    expiresAtMs,
  });
}
