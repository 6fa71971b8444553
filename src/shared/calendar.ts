/** The UTC day of a time: `2026-11-27`. Years beyond four digits are written as ISO 8601 does, with a sign and six. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().split('T', 1)[0] as string;
}

/** When a UTC day begins, in Unix milliseconds; NaN for what is no day of the calendar, such as 30 February. */
export function dayStartMs(day: string): number {
  const ms = Date.parse(`${day}T00:00:00.000Z`);
  // Date.parse takes 30 February for 2 March.
  return Number.isNaN(ms) || dayOf(ms) !== day ? Number.NaN : ms;
}
