import type { Rating } from '../../../wire/vitals.ts';
import { inUnit, type Unit } from '../../lib/units.ts';
import type { Thresholds } from './lines.ts';

export interface Bin {
  from: number;
  /** Exclusive; null: all that is above. */
  to: number | null;
  count: number;
}

/** The rating that most of a bin has: thresholds need not be borders of bins. */
export function ratingOfBin({ from, to }: Bin, [good, poor]: Thresholds): Rating {
  const middle = to === null ? from : (from + to) / 2;
  return middle <= good ? 'good' : middle <= poor ? 'needs-improvement' : 'poor';
}

/** Without the empty bins at the end, but always up to where poor begins: the shape is what there is to see. */
export function worthShowing(bins: readonly Bin[], thresholds: Thresholds | null): readonly Bin[] {
  const last = bins.findLastIndex(({ count }) => count > 0);
  const poor = thresholds ? binOf(bins, thresholds[1]) : -1;
  return bins.slice(0, Math.max(last, poor) + 2);
}

/** The bin that holds a value; -1 where none does. */
export function binOf(bins: readonly Bin[], value: number): number {
  return bins.findIndex(({ from, to }) => value >= from && (to === null || value < to));
}

/** How far along its bin a value lies, from 0 to 1; an open bin has no end to measure by. */
export function placeIn({ from, to }: Bin, value: number): number {
  return to === null ? 0 : (value - from) / (to - from);
}

export function binText({ from, to }: Bin, unit: Unit): string {
  return to === null ? `${inUnit(from, unit)} and more` : `${inUnit(from, unit)} to ${inUnit(to, unit)}`;
}
