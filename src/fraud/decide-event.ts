import type * as z from 'zod';
import type { Ctx } from '../env.ts';
import { refundQuota } from '../limits/index.ts';
import { sha256Hex } from '../shared/hash.ts';
import { batchIds } from '../shared/ids.ts';
import { ok, type Result, unreachable } from '../shared/result.ts';
import type { EventDecision, EventOutcome, PresentedCookies, Recorded, SeenClient } from './calls.ts';
import type { FraudError } from './errors.ts';
import type { eventSchema } from './input.ts';
import { fraudOf } from './object.ts';
import { asked, refused, refusedByObject, type Sent } from './send.ts';

export interface DecidedEvent {
  answer: EventDecision & { recorded: Recorded };
  replayed: boolean;
}

/** One event, decided and durable. A repeat of its idempotency key gets the first decision, and is charged nothing. */
export async function decideEvent(
  ctx: Ctx,
  { sender, caller, body }: Sent<z.infer<typeof eventSchema>>,
  seen: { client: SeenClient; cookies: PresentedCookies; idempotencyKey: string | null },
): Promise<Result<DecidedEvent, FraudError>> {
  const { client, cookies, idempotencyKey } = seen;
  const outcome = await asked(
    ctx,
    async (): Promise<EventOutcome> =>
      fraudOf(ctx.env, sender.projectId).event({
        ...caller,
        ...{ eventId: batchIds(ctx.nowMs)(0), userId: body.userId ?? null, eventType: body.eventType },
        ...{ success: body.success ?? null, amountCents: body.amountCents ?? null, gateway: body.gateway ?? null },
        ...{ metadata: body.metadata ?? {}, client, cookies },
        // Of the body as it was understood: white space and the order of members make no other request.
        idempotency: idempotencyKey === null ? null : { key: idempotencyKey, payload: sha256Hex(JSON.stringify(body)) },
      }),
  );
  if (!outcome.ok) {
    await refundQuota(ctx, sender, 1);
    return outcome;
  }
  const { value } = outcome;
  switch (value.kind) {
    case 'decided':
      if (value.replayed) await refundQuota(ctx, sender, 1);
      return ok({ answer: { ...value.decision, recorded: value.recorded }, replayed: value.replayed });
    case 'no_user':
      await refundQuota(ctx, sender, 1);
      return refused(ctx, sender, { kind: 'no_user' });
    case 'key_reused':
    case 'key_revoked':
    case 'project_disabled':
      return refusedByObject(ctx, sender, value, 1);
    default:
      return unreachable(value);
  }
}
