import type { Ctx } from '../../env.ts';
import type { UserActor } from '../session.ts';
import { factorsOf } from './factor-store.ts';
import type { PasskeyRow } from './types.ts';

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
export async function listFactors(ctx: Ctx, caller: Pick<UserActor, 'userId'>): Promise<FactorList> {
  const { totpEnabledAtMs, recoveryCodesLeft, passkeys } = await factorsOf(ctx.env.DB, caller.userId);
  return {
    totp: totpEnabledAtMs === null ? null : { enabledAtMs: totpEnabledAtMs },
    recoveryCodesLeft,
    passkeys: passkeys.map(publicPasskey),
  };
}

export function publicPasskey({ id, name, createdAtMs, lastUsedAtMs }: PasskeyRow): PublicPasskey {
  return { id, name, createdAtMs, lastUsedAtMs };
}
