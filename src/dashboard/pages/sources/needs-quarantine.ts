import type { Cardinality } from '../../api/types.ts';

/** Worth a panel: something is held back, or soon will be. */
export function needsQuarantine({ names, labels, quarantine }: Cardinality): boolean {
  const near = (used: number, limit: number) => used >= 0.8 * limit;
  return quarantine.items.length > 0 || near(names.count, names.limit) || labels.some((l) => near(l.values, l.limit));
}
