import type { Ctx } from '../env.ts';
import { randomSecret } from '../shared/ids.ts';
import { err, ok, type Result, unreachable } from '../shared/result.ts';
import { IDEMPOTENCY_TTL_MS } from '../wire/limits.ts';
import { visibleChanges } from './access.ts';
import { type KeptAnswer, unpackAnswer } from './answer.ts';
import { decide, LEASE_MS } from './decide.ts';
import type { IdempotencyError } from './errors.ts';
import type { KeyedRequest } from './request.ts';
import { changesUnder, claimOrFind, type NewClaim, takeOver } from './store.ts';
import { type Vault, vaultOf } from './vault.ts';

export type Claimed = { kind: 'run'; claimId: string; vault: Vault } | { kind: 'replay'; answer: KeptAnswer };

/**
 * Decides whether the request runs, gets the answer of an earlier one, or is refused (in_use, reused, outcome_unknown). Throws when the
 * database does not answer: without a claim nothing runs.
 */
export async function claim(ctx: Ctx, request: KeyedRequest): Promise<Result<Claimed, IdempotencyError>> {
  const [first, ...older] = ctx.config.sessionSecrets;
  const vault = vaultOf(first, request);
  const vaults = [vault, ...older.map((secret) => vaultOf(secret, request))];
  const ours: NewClaim = {
    scope: vault.scope,
    kid: vault.kid,
    // Its own, and not the request id: that one may be a client's, and come again.
    claimId: randomSecret(16),
    payloadMac: vault.payloadMac,
    leasedUntilMs: ctx.nowMs + LEASE_MS,
    expiresAtMs: ctx.nowMs + IDEMPOTENCY_TTL_MS,
  };
  const run = ok({ kind: 'run' as const, claimId: ours.claimId, vault });
  const scopes = vaults.map(({ scope }) => scope);
  const found = await claimOrFind(ctx.env.DB, ours, scopes);
  const foundVault = vaults.find(({ scope }) => scope === found?.scope);
  if (!found || !foundVault) throw new Error('a claim is there after it was made, or the one before it');
  if (found.claimId === ours.claimId) return run;

  const verdict = decide(found, found.payloadMac === foundVault.payloadMac, ctx.nowMs);
  switch (verdict) {
    case 'replay':
      return ok({ kind: 'replay', answer: unpackAnswer(await foundVault.open(found.answer ?? '')) });
    case 'take_over':
      return (await takeOver(ctx.env.DB, found.claimId, ours, ctx.nowMs)) ? run : err({ kind: 'in_use' });
    case 'in_use':
    case 'reused':
      return err({ kind: verdict });
    case 'outcome_unknown': {
      const changes = await visibleChanges(ctx, await changesUnder(ctx.env.DB, found.claimId));
      return err({ kind: verdict, changes });
    }
    default:
      return unreachable(verdict);
  }
}
