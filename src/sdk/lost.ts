import type { SdkLoss } from '../wire/beacon.ts';

/** Records that will never be sent, by reason, since the last beacon that told of them. */
export let lost: Record<string, number> = {};

export const lose = (reason: SdkLoss, records = 1): void => {
  lost[reason] = (lost[reason] ?? 0) + records;
};

export const takeLost = (): Record<string, number> => {
  const told = lost;
  lost = {};
  return told;
};
