import { counted } from '../numbers.ts';
import type { Rule } from '../types.ts';

/**
 * A reviewer confirmed fraud before: of this user, of its device, or of accounts that share a reference or device with it. Threshold: linked accounts
 * from which on a link counts; 1 to 100, whole. Default 1. Without the user himself it is half of the points, rounded: whoever shares a phone or a
 * browser with a fraudster is suspect, not proven, and families share both.
 */
export const confirmedFraud: Rule = ({ confirmedFraud: { user, device, linkedAccounts } }, { points, threshold }) => {
  const linked = linkedAccounts >= threshold;
  if (!user && !device && !linked) return null;
  const parts = [
    ...(user ? ['this user'] : []),
    ...(device ? ['this device'] : []),
    ...(linked ? [counted(linkedAccounts, 'linked account', 'linked accounts')] : []),
  ];
  return {
    points: user ? points : Math.round(points / 2),
    detail: `Confirmed as fraud before: ${parts.join(', ')}`,
  };
};

/**
 * A reviewer confirmed this user as legitimate: its points count against those of the other rules. On a device that was not confirmed with it half of
 * them, rounded, because a taken-over account acts from another device. Never where anything is confirmed as fraud, so it cannot offset that; and a
 * confirmed device says nothing of another user. Has no threshold, which is always 1.
 */
export const confirmedLegitimate: Rule = (
  { confirmedLegitimate: { user, device }, confirmedFraud: fraud },
  { points },
) => {
  if (!user || fraud.user || fraud.device || fraud.linkedAccounts > 0) return null;
  // Subtracted from 0, because -0 is another number to some who compare.
  if (device) return { points: 0 - points, detail: 'This user and device were confirmed as legitimate before' };
  return {
    points: 0 - Math.round(points / 2),
    detail: 'This user was confirmed as legitimate before, on another device',
  };
};
