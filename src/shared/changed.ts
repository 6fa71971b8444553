/**
 * Whether a statement changed anything. How much is not to be had from D1: `meta.changes` counts what triggers wrote too, such as the entries of the audit
 * trail. Who needs the number says RETURNING.
 */
export function hasChanged(result: D1Result | undefined): boolean {
  return (result?.meta.changes ?? 0) > 0;
}
