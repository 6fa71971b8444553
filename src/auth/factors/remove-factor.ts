import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import type { UserActor } from '../session.ts';
import { deletePasskey, deleteStrayCodes } from './factor-store.ts';
import { deleteTotp } from './totp-store.ts';

/** Turns TOTP off. Where it is off already, nothing is done. With the last factor go the recovery codes. */
export async function disableTotp(ctx: Ctx, { userId }: UserActor): Promise<void> {
  await auditedBatch(ctx, [
    deleteTotp(ctx.env.DB, userId),
    auditIfChanged(ctx, { action: 'factor.totp_disable', target: userId, projectId: null, detail: {} }),
    deleteStrayCodes(ctx.env.DB, userId),
  ]);
}

/** Takes away a passkey of the caller. An id that is none of the caller's passkeys is taken for one that is gone already. */
export async function removePasskey(ctx: Ctx, { userId }: UserActor, passkeyId: string): Promise<void> {
  await auditedBatch(ctx, [
    deletePasskey(ctx.env.DB, userId, passkeyId),
    auditIfChanged(ctx, { action: 'factor.passkey_remove', target: userId, projectId: null, detail: { passkeyId } }),
    deleteStrayCodes(ctx.env.DB, userId),
  ]);
}
