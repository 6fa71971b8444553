import type { DryRunExample } from '../../../wire/fraud.ts';

export interface OtherRule {
  rule: string;
  /** What its points rise by under the tried rules; below zero where they fall. */
  by: number;
}

/** The rules that make the two scores of an event differ, the one that moves most first; none where only the limits of decisions moved. */
export function otherRules({ before, after }: Pick<DryRunExample, 'before' | 'after'>): OtherRule[] {
  const byRule = new Map<string, number>();
  for (const { rule, points } of after.reasons) byRule.set(rule, points);
  for (const { rule, points } of before.reasons) byRule.set(rule, (byRule.get(rule) ?? 0) - points);
  return [...byRule]
    .map(([rule, by]) => ({ rule, by }))
    .filter(({ by }) => by !== 0)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
}
