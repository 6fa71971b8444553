import { HOT_DELAY_MS } from '../../src/archive/move/pressure.ts';
import type { Operations } from './operations.ts';
import { type Metric, OBJECT_GB, PLAN_DOLLARS_A_MONTH, PRICES } from './prices.ts';

const DAY_MS = 86_400_000;
const DAYS_A_MONTH = 30;

/** How long what was ingested is kept, in months of 30 days. */
export interface Keeping {
  /** In the database. */
  hotMonths: number;
  /** In R2 after that. */
  archivedMonths: number;
  /** Of that time the database may hold no more: beyond it, blocks go to R2 early (docs/archive.md). */
  d1LimitBytes?: number;
}

export const NOTHING_KEPT: Keeping = { hotMonths: 0, archivedMonths: 0 };

/**
 * Of records that are hot for so many days and then in R2. Payloads stay in the database for a day after they were archived (docs/archive.md); that an
 * archive waits up to six hours for more of its day is left out.
 */
export function keepingOf(hotDays: number, archivedMonths: number): Keeping {
  return { hotMonths: (hotDays + HOT_DELAY_MS / DAY_MS) / DAYS_A_MONTH, archivedMonths };
}

export interface Line {
  metric: Metric;
  amount: number;
  dollars: number;
}

/** Billed amounts of a month in which `operations` happen, and in which as much came in each month before. */
export function amounts(
  operations: Operations,
  { hotMonths, archivedMonths, d1LimitBytes }: Keeping,
): Record<Metric, number> {
  const { objectActiveMs, d1HotBytes, d1IndexBytes, r2StoredBytes, ...counted } = operations;
  const index = d1IndexBytes * (hotMonths + archivedMonths);
  const wanted = d1HotBytes * hotMonths;
  const hot = Math.min(wanted, Math.max(0, (d1LimitBytes ?? Number.POSITIVE_INFINITY) - index));
  // What has no room in the database lies in R2 meanwhile.
  const earlyShare = wanted > 0 ? 1 - hot / wanted : 0;
  return {
    ...counted,
    objectGbSeconds: (objectActiveMs / 1_000) * OBJECT_GB,
    d1ByteMonths: hot + index,
    r2ByteMonths: r2StoredBytes * (archivedMonths + hotMonths * earlyShare),
  };
}

/** Each line at its price. `withIncluded` takes off what the plan includes, which is right for a month and wrong for one gigabyte more. */
export function bill(amount: Readonly<Record<Metric, number>>, withIncluded: boolean): Line[] {
  return (Object.keys(PRICES) as Metric[]).map((metric) => {
    const { dollars, included } = PRICES[metric];
    const billed = withIncluded ? Math.max(0, amount[metric] - included) : amount[metric];
    return { metric, amount: amount[metric], dollars: billed * dollars };
  });
}

export function total(lines: readonly Line[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}

/** Of a month, the plan's own price included. */
export function monthly(amount: Readonly<Record<Metric, number>>): number {
  return PLAN_DOLLARS_A_MONTH + total(bill(amount, true));
}
