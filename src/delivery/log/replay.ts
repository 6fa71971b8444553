import * as z from 'zod';
import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { timeSchema } from '../../shared/time-schema.ts';
import type { JsonObject } from '../../wire/record.ts';
import type { ReplaySelection } from '../calls.ts';
import { findDestination } from '../destinations/store.ts';
import type { DeliveryError } from '../errors.ts';
import { asked, type OpenDestination } from '../object.ts';
import { findDelivery } from './find-delivery.ts';

const destinationId = z.lazy(() => z.string().min(1).max(64));

/** Dead letters of one destination: those that were made in a range, or all. */
export const replaySchema = z.lazy(() =>
  z.union(
    [
      z.strictObject({ destinationId, all: z.literal(true) }),
      z.strictObject({ destinationId, from: timeSchema, to: timeSchema }).refine(({ from, to }) => from < to, {
        path: ['to'],
        message: 'must be after from',
      }),
    ],
    'must name destinationId, and either "all": true or from and to',
  ),
);

export type ReplayInput = z.infer<typeof replaySchema>;

/** One delivery, whatever became of it. Errors: not_found, destination_away. */
export async function replayOne(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  id: string,
): Promise<Result<{ deliveries: number }, DeliveryError>> {
  const found = await findDelivery(ctx, open, projectId, id, { seesUrl: false });
  if (!found.ok) return found;
  return replay(ctx, open, projectId, found.value.destinationId, { kind: 'one', id });
}

/** Errors: not_found, destination_away. */
export async function replayMany(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  input: ReplayInput,
): Promise<Result<{ deliveries: number }, DeliveryError>> {
  const destination = await findDestination(ctx.env.DB, projectId, input.destinationId);
  if (destination === null) return err({ kind: 'not_found' });
  const selection: ReplaySelection =
    'all' in input ? { kind: 'all' } : { kind: 'range', fromMs: input.from, toMs: input.to };
  return replay(ctx, open, projectId, destination.id, selection);
}

/** The audit row comes first: who sends again unseen would be worse than a row of an attempt that failed. */
async function replay(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  target: string,
  selection: ReplaySelection,
): Promise<Result<{ deliveries: number }, DeliveryError>> {
  const detail: JsonObject = { ...selection };
  await auditedBatch(ctx, [auditStatement(ctx, { action: 'delivery.replay', target, projectId, detail })]);
  const done = await asked(ctx, target, 'replay', () => open(ctx, target).replay(selection));
  if (!done.ok) return done;
  return done.value.kind === 'replayed' ? ok({ deliveries: done.value.deliveries }) : err({ kind: 'not_found' });
}
