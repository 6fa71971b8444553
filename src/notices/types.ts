import type { Ctx } from '../env.ts';
import type { DeliveryEvent } from '../wire/delivery.ts';
import type { NoticeDestination } from '../wire/jobs.ts';

/** What notices need of the features above them. */
export interface NoticePorts {
  /** Durable in the queue of the destination when it answers `enqueued`; a throw means that it did not answer. The same event again is no other. */
  enqueue(ctx: Ctx, destinationId: string, events: DeliveryEvent[]): Promise<'enqueued' | 'not_configured'>;
  /** Of these ids those that are there. */
  find(ctx: Ctx, ids: readonly string[]): Promise<NoticeDestination[]>;
  /** What there is to choose from. */
  list(ctx: Ctx): Promise<NoticeDestination[]>;
}

/** Of notices that were never sent, those from before are not sent any more: who sets a destination hears of today, and not of last year. */
export const TOLD_WITHIN_MS = 24 * 3_600_000;
