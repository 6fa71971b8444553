import type { SdkLoss } from '../wire/beacon.ts';

/** Records that will never be sent, by reason, since the last beacon that told of them. */
let lost: Record<string, number> = {};

export function lose(reason: SdkLoss, records = 1): void {
  lost[reason] = (lost[reason] ?? 0) + records;
}

export function takeLost(): Record<string, number> {
  const told = lost;
  lost = {};
  return told;
}
