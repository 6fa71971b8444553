/** Of what the database may hold, in percent: what the operators are told, the higher one as critical. */
const MARKS = [80, 95] as const;
/** So far below a mark it must fall before it is told again. */
const SLACK_PERCENT = 5;

/**
 * What to tell of a database that is so full, when `told` (0 is none) is the highest mark that was told since it was last well below: each mark once, until
 * it has fallen 5 points below it.
 */
export function fullnessOf(percent: number, told: number): { told: number; tell: 80 | 95 | null } {
  const reached = MARKS.findLast((mark) => percent >= mark) ?? 0;
  if (reached > told) return { told: reached, tell: reached as 80 | 95 };
  const kept = MARKS.findLast((mark) => mark <= told && percent >= mark - SLACK_PERCENT) ?? 0;
  return { told: kept, tell: null };
}
