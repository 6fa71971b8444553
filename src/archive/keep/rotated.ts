/** The list from a place of chance on: where there is more to do than one run can, the same projects must not always come last. */
export function rotated<T>(list: readonly T[]): T[] {
  const [chance = 0] = crypto.getRandomValues(new Uint32Array(1));
  const start = list.length === 0 ? 0 : chance % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
