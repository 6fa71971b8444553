import { hasRole, sessionEndsAtMs } from '../auth/index.ts';
import { browserClient } from '../edge/index.ts';
import { type Actor, type Ctx, clockNowMs } from '../env.ts';
import { writableStreams } from '../ingest/index.ts';
import { presentedKey, projectAccess, verifyKey } from '../projects/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { SUBPROTOCOL } from '../wire/protocol.ts';
import type { LiveError } from './errors.ts';
import { encodeIdentity, IDENTITY_HEADER, type LiveIdentity } from './identity.ts';
import { relay } from './relay.ts';
import { isClientId } from './topics.ts';

/** What an upgrade asks for in its URL. */
interface Asked {
  clientId: string | null;
  gathersAcks: boolean;
  projectId: string | null;
}

/** Checks who opens a socket and for what, and hands it to the project's hub: at once, or when a frame has named the project. */
export async function openSocket(ctx: Ctx, request: Request): Promise<Result<Response, LiveError>> {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return err({ kind: 'upgrade_required' });
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL)) return err({ kind: 'subprotocol_required' });
  const asked = readAsked(request);
  if (!asked.ok) return asked;
  const { projectId } = asked.value;
  if (ctx.actor.kind === 'user') {
    if (isForeign(request)) return err({ kind: 'cross_site_request' });
    if (projectId === null) {
      const { 0: client, 1: server } = new WebSocketPair();
      // By then time has passed, and the session may have ended.
      relay(server, (named) => connect({ ...ctx, nowMs: clockNowMs(ctx.config) }, request, asked.value, named));
      return ok(switched(ctx, client));
    }
  }
  const socket = await connect(ctx, request, asked.value, projectId);
  return socket.ok ? ok(switched(ctx, socket.value)) : socket;
}

/** Headers of an answer that was fetched cannot be added to, and this one too has to say by which id the log knows it. */
function switched(ctx: Ctx, webSocket: WebSocket): Response {
  const headers = { 'sec-websocket-protocol': SUBPROTOCOL, 'x-request-id': ctx.requestId };
  return new Response(null, { status: 101, webSocket, headers });
}

async function connect(
  ctx: Ctx,
  request: Request,
  asked: Asked,
  projectId: string | null,
): Promise<Result<WebSocket, LiveError>> {
  const identity = await identityOf(ctx, request, asked, projectId);
  if (!identity.ok) return identity;
  // Made from nothing: neither a forged identity nor a cookie or key gets past this line.
  const headers = { upgrade: 'websocket', [IDENTITY_HEADER]: encodeIdentity(identity.value) };
  const { webSocket } = await ctx.env.HUB.getByName(identity.value.projectId).fetch('https://hub/', { headers });
  return webSocket ? ok(webSocket) : err({ kind: 'too_many_sockets' });
}

function readAsked(request: Request): Result<Asked, LiveError> {
  const parameters = new URL(request.url).searchParams;
  const clientId = parameters.get('client');
  if (clientId !== null && !isClientId(clientId)) {
    return err({ kind: 'bad_parameter', name: 'client', reason: 'must have 1 to 64 of A-Z a-z 0-9 _ . -' });
  }
  const acks = parameters.get('acks') ?? 'each';
  if (acks !== 'each' && acks !== 'gathered') {
    return err({ kind: 'bad_parameter', name: 'acks', reason: 'must be each or gathered' });
  }
  return ok({ clientId, gathersAcks: acks === 'gathered', projectId: parameters.get('project') });
}

async function identityOf(
  ctx: Ctx,
  request: Request,
  { clientId, gathersAcks }: Asked,
  projectId: string | null,
): Promise<Result<LiveIdentity, LiveError>> {
  const { actor } = ctx;
  const common = { clientId, gathersAcks, checkedAtMs: ctx.nowMs };
  if (actor.kind === 'key') return keyIdentity(ctx, actor, request, projectId, common);
  if (actor.kind === 'user' && projectId !== null) return userIdentity(ctx, actor, projectId, common);
  return err({ kind: 'unauthenticated' });
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
    recordsPerDay: claims.quota?.recordsPerDay ?? null,
    browser: claims.origins === null ? null : browserClient(request.headers, ctx.country()),
    expiresAtMs: null,
  });
}

/**
 * A browser sends cookies along with any page's WebSocket, whatever SameSite says in older ones, and always says which page it is: no page can
 * forge or leave out `Origin` (RFC 6455, 10.2). So what comes without is a program that holds the cookie itself, as in changes over HTTP; it too
 * reads and sends nothing before its token. `Sec-Fetch-Site` is not asked: browsers differ in whether `ws:` is of a page's own origin.
 */
function isForeign(request: Request): boolean {
  const origin = request.headers.get('origin');
  return origin !== null && origin !== new URL(request.url).origin;
}

async function userIdentity(
  ctx: Ctx,
  actor: Extract<Actor, { kind: 'user' }>,
  projectId: string,
  common: Common,
): Promise<Result<LiveIdentity, LiveError>> {
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
