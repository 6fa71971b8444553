import { counted } from '../numbers.ts';
import type { Rule } from '../types.ts';

const NAMES: Readonly<Record<string, string>> = { phone: 'phone', email: 'e-mail', device: 'device' };

/**
 * Other accounts with the same phone, e-mail or device reference. Threshold: other accounts from which on it counts; 1 to 100, whole. Default 2: a
 * couple shares a phone number or a mailbox; three accounts on one seldom are three customers. Weak where nothing but a device is shared.
 */
export const referenceOverlap: Rule = ({ sharedReferences }, { points, threshold }) => {
  if (sharedReferences.accounts < threshold) return null;
  const types = sharedReferences.types.map((type) => NAMES[type] ?? type).join(', ') || 'reference';
  const accounts = counted(sharedReferences.accounts, 'other account has', 'other accounts have');
  const isDeviceOnly = sharedReferences.types.every((type) => type === 'device');
  const found = { points, detail: `${accounts} the same ${types}; from ${threshold} on it counts` };
  return isDeviceOnly ? { ...found, weak: true } : found;
};
