import { auditedBatch } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { decryptAtRest, encryptAtRest } from '../../shared/at-rest.ts';
import { hasChanged } from '../../shared/changed.ts';
import { log } from '../../shared/log.ts';
import { totpPurpose } from './totp.ts';
import { replaceTotpSecret, totpsUnderOldKeys } from './totp-store.ts';

/** Secrets in one run, three statements each; what is left waits for the next hour. */
const MAX_PER_RUN = 50;

/**
 * Cron: puts secrets that are under an old pair of DATA_SECRETS under the newest, so that the old pair can be dropped once a run counts none.
 * One that does not open is counted and left: its pair may come back.
 */
export async function reencryptFactors(ctx: Ctx): Promise<{ resealed: number; failed: number }> {
  const { config, env } = ctx;
  const counts = { resealed: 0, failed: 0 };
  for (const { userId, secret } of await totpsUnderOldKeys(env.DB, `v1.${config.dataSecrets[0].kid}.`, MAX_PER_RUN)) {
    const purpose = totpPurpose(userId);
    try {
      const fresh = encryptAtRest(config, purpose, decryptAtRest(config, purpose, secret));
      const [replaced] = await auditedBatch(ctx, [replaceTotpSecret(env.DB, userId, secret, fresh)]);
      if (hasChanged(replaced)) counts.resealed++;
    } catch (cause) {
      counts.failed++;
      log('error', 'factor_not_resealed', { requestId: ctx.requestId, userId, cause: String(cause) });
    }
  }
  return counts;
}
