/** The known word that a mistyped one most likely means; null where none is close. */
export function nearest(given: string, known: readonly string[]): string | null {
  const ranked = known
    .map((word) => ({ word, distance: distance(given, word) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(given.length > 3 ? 2 : 1, Math.floor(given.length / 3))
    ? best.word
    : null;
}

/** Levenshtein's: letters to add, take away or change. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
