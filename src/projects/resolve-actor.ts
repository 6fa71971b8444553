import { authenticateCookie, authProblem, readSessionCookie, type SessionPorts } from '../auth/index.ts';
import type { Actor, Ctx } from '../env.ts';
import { constantTimeEqual, sha256Hex } from '../shared/hash.ts';
import type { Problem } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { BEARER_SUBPROTOCOL_PREFIX } from '../wire/protocol.ts';
import { type ProjectError, projectProblem } from './errors.ts';
import { verifyKey } from './key.ts';
import { findKeyState } from './store.ts';

/** Who asks, or the refusal of a request that claims to be somebody and is not. */
export async function resolveActor(ctx: Ctx, ports: SessionPorts, request: Request): Promise<Result<Actor, Problem>> {
  const cookie = readSessionCookie(ctx.config, request);
  if (!cookie.ok) return err(authProblem({ kind: 'duplicate_session_cookie' }));
  const key = presentedKey(request);
  if (key === null) {
    const user = await authenticateCookie(ctx, ports, request);
    if (!user.ok) return err(authProblem(user.error));
    return ok(user.value ?? { kind: 'anonymous' });
  }
  const actor = await keyActor(ctx, key);
  return actor.ok ? actor : err(projectProblem(actor.error));
}

/** The text that claims to be a key: `Authorization: Bearer`, `X-Api-Key`, or on an upgrade the subprotocol `bearer.<key>`. */
export function presentedKey(request: Request): string | null {
  const authorization = request.headers.get('authorization');
  // Another scheme is no key of ours: '' is refused as malformed, rather than passed over in favour of a cookie.
  if (authorization !== null) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
  const header = request.headers.get('x-api-key');
  if (header !== null) return header;
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return null;
  const protocols = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((protocol) => protocol.trim());
  return (
    protocols
      .find((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL_PREFIX))
      ?.slice(BEARER_SUBPROTOCOL_PREFIX.length) ?? null
  );
}

/** Beyond the signature: the row exists and holds the hash of this very key, so a leaked signing secret alone reads nothing. */
async function keyActor(ctx: Ctx, key: string): Promise<Result<Actor, ProjectError>> {
  const claims = verifyKey(ctx.config, key);
  const state = claims && (await findKeyState(ctx.env.DB, claims.keyId));
  if (!claims || !state || state.projectId !== claims.projectId || !constantTimeEqual(state.keyHash, sha256Hex(key))) {
    return err({ kind: 'key_invalid' });
  }
  if (state.revokedAtMs !== null && state.revokedAtMs <= ctx.nowMs) return err({ kind: 'key_revoked' });
  if (state.projectDisabled) return err({ kind: 'project_disabled' });
  return ok({ kind: 'key', keyId: claims.keyId, projectId: claims.projectId, scopes: claims.scopes });
}
