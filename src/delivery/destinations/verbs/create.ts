import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { hasChanged } from '../../../shared/changed.ts';
import { randomId } from '../../../shared/ids.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { type DestinationWithSecret, MAX_DESTINATIONS } from '../../../wire/delivery.ts';
import type { DeliveryError } from '../../errors.ts';
import type { OpenDestination } from '../../object.ts';
import { checkDefinition } from '../definition/check.ts';
import { storedHeaders } from '../definition/headers.ts';
import type { CreateDestinationInput } from '../definition/schema.ts';
import { makeSecret } from '../definition/secrets.ts';
import { auditView, showDestination } from '../definition/show.ts';
import type { StoredDestination } from '../definition/types.ts';
import { pushDestination } from '../push.ts';
import { insertDestination } from '../store.ts';
import { checkedFor, type Place } from './place.ts';

/**
 * Answers with the secret that signs, which is never shown again. Where its object could not be told it is answered all the same, as not confirmed: a
 * refusal would lose the secret, and cron tells the object within minutes. Errors: invalid, too_many_destinations.
 */
export async function createDestination(
  ctx: Ctx,
  open: OpenDestination,
  place: Place,
  { disabled, headers, ...plain }: CreateDestinationInput,
): Promise<Result<DestinationWithSecret, DeliveryError>> {
  const id = randomId('dst');
  const stored = storedHeaders(ctx.config, id, headers, []);
  if (!stored.ok) return err({ kind: 'invalid', errors: [stored.error] });
  const definition = { ...plain, headers: stored.value };
  const errors = checkDefinition(definition, checkedFor(ctx, place));
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  const { secret, inClear } = makeSecret(ctx.config, id, 'v1', ctx.nowMs);
  const destination: StoredDestination = {
    ...{ id, projectId: place.projectId, version: 1, definition, secrets: [secret], disabled, deleted: false },
    ...{ createdAtMs: ctx.nowMs, changedAtMs: ctx.nowMs, confirmed: false },
  };
  const { DB } = ctx.env;
  const detail = { ...auditView(definition), disabled, secretId: secret.id };
  const [inserted] = await auditedBatch(ctx, [
    insertDestination(DB, destination, ctx.config.dataSecrets[0].kid),
    auditIfChanged(ctx, { action: 'destination.create', target: id, projectId: place.projectId, detail }),
  ]);
  if (!hasChanged(inserted)) return err({ kind: 'too_many_destinations', limit: MAX_DESTINATIONS });
  const pushed = await pushDestination(ctx, open, id);
  const shown = showDestination(
    { ...destination, confirmed: pushed.ok },
    { isGone: false, seesUrl: true, nowMs: ctx.nowMs },
  );
  return ok({ ...shown, secret: inClear });
}
