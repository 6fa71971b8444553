/** A row of names with values, such as labels, while it is typed. */
export interface Pair {
  name: string;
  value: string;
}

export function pairsOf(record: Record<string, string>): readonly Pair[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}

/** A row without a name says nothing yet. */
export function recordOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(({ name, value }) => [name.trim(), value.trim()]).filter(([name]) => name !== ''),
  );
}
