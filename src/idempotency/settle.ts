import type { AccessCheck, Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import { unreachable } from '../shared/result.ts';
import { packAnswer } from './answer.ts';
import { settlementOf } from './decide.ts';
import { loseAnswer, release, releaseIfUnexecuted, storeAnswer, storeAnswerIfExecuted } from './store.ts';
import type { Vault } from './vault.ts';

export interface Ran {
  claimId: string;
  vault: Vault;
  checks: readonly AccessCheck[];
  response: Response;
  /** The route threw. */
  isFault: boolean;
}

/**
 * Keeps the answer for repeats, or gives the claim up. Where the database does not take it the answer goes out all the same: the change is
 * made, and a repeat is told after the lease that its outcome is unknown, or runs where nothing was changed.
 */
export async function settle(ctx: Ctx, ran: Ran): Promise<void> {
  try {
    await settleIn(ctx.env.DB, ran);
  } catch (cause) {
    log('error', 'idempotency_unsettled', { requestId: ctx.requestId, claimId: ran.claimId, cause: String(cause) });
  }
}

async function settleIn(db: D1Database, { claimId, vault, checks, response, isFault }: Ran): Promise<void> {
  const settlement = settlementOf(response.status, isFault);
  switch (settlement) {
    case 'release':
      return release(db, claimId);
    case 'release_if_unexecuted':
      return releaseIfUnexecuted(db, claimId);
    case 'store':
    case 'store_if_executed': {
      const packed = await packAnswer(response, checks);
      if (packed === null) return settlement === 'store' ? loseAnswer(db, claimId) : releaseIfUnexecuted(db, claimId);
      const store = settlement === 'store' ? storeAnswer : storeAnswerIfExecuted;
      return store(db, claimId, await vault.seal(packed));
    }
    default:
      return unreachable(settlement);
  }
}
