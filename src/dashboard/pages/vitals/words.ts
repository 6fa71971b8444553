import type { VitalName } from '../../../wire/vitals.ts';
import { type ChangeWords, changeInWords } from '../../lib/ratings.ts';
import type { Unit } from '../../lib/units.ts';

export const VITAL_NAMES: Record<VitalName, string> = {
  LCP: 'Largest Contentful Paint: when the main content is there',
  INP: 'Interaction to Next Paint: how long the page takes to react',
  CLS: 'Cumulative Layout Shift: how much the page jumps',
  FCP: 'First Contentful Paint: when the first content is there',
  TTFB: 'Time to First Byte: how long the server takes to answer',
  FID: 'First Input Delay: how long the first input waits',
};

export function unitOf(vital: VitalName): Unit {
  return vital === 'CLS' ? 'score' : 'ms';
}

export function changeOf(vital: VitalName, change: number | null): ChangeWords {
  return changeInWords(change, vital === 'CLS' ? { more: 'more', less: 'less' } : { more: 'slower', less: 'faster' });
}
