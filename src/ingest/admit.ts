import type { Part } from '../journal/index.ts';
import { type LimitError, noteQuarantined, type TakeContext, type Taker, takeIngest } from '../limits/index.ts';
import { ok, type Result } from '../shared/result.ts';
import type { BatchBuilder } from './batch.ts';
import { quarantineParts } from './quarantine.ts';

export interface Admitted {
  parts: Part[];
  /** Records of which something went into quarantine. */
  quarantined: number;
}

/**
 * Asks the limits of a project for a finished batch: its rate where it is a request, the quota of its key, its names. What is over the
 * limit of names is stored all the same, in quarantine.
 */
export async function admitBatch(
  ctx: TakeContext,
  taker: Taker,
  batch: Pick<BatchBuilder, 'parts' | 'accepted' | 'seen'>,
  isRequest: boolean,
  travelsTogether = false,
): Promise<Result<Admitted, LimitError>> {
  const taken = await takeIngest(ctx, taker, { records: batch.accepted, seen: batch.seen, isRequest, travelsTogether });
  if (!taken.ok) return taken;
  if (taken.value === null) return ok({ parts: batch.parts, quarantined: 0 });
  const { parts, records, items } = quarantineParts(batch.parts, taken.value);
  if (items.length > 0) noteQuarantined(ctx, taker.projectId, items);
  return ok({ parts, quarantined: records });
}
