import type { DeliveryEvent } from '../../wire/delivery.ts';
import { isoOf } from './view.ts';

/** As Standard Webhooks has it: type, time and data. */
export function webhookBody({ type, createdAtMs, data }: DeliveryEvent): string {
  return JSON.stringify({ type, timestamp: isoOf(createdAtMs), data });
}
