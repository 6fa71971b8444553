import type { Ctx } from '../../env.ts';
import type { UserActor } from '../session.ts';
import { factorsOf } from './factor-store.ts';
import type { Factors, PasskeyRow } from './types.ts';

export interface PublicPasskey {
  id: string;
  name: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
}

export interface FactorList {
  totp: { enabledAtMs: number } | null;
  recoveryCodesLeft: number;
  passkeys: PublicPasskey[];
}

/** What the caller has set up. */
export async function listFactors(ctx: Ctx, caller: UserActor): Promise<FactorList> {
  return factorList(await factorsOf(ctx.env.DB, caller.userId));
}

export function factorList({ totpEnabledAtMs, recoveryCodesLeft, passkeys }: Factors): FactorList {
  return {
    totp: totpEnabledAtMs === null ? null : { enabledAtMs: totpEnabledAtMs },
    recoveryCodesLeft,
    passkeys: passkeys.map(publicPasskey),
  };
}

export function publicPasskey({ id, name, createdAtMs, lastUsedAtMs }: PasskeyRow): PublicPasskey {
  return { id, name, createdAtMs, lastUsedAtMs };
}
