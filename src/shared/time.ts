/** RFC 3339 with an optional time and zone; a date alone is midnight UTC. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const UNIX_MS = /^-?\d{1,16}$/;
/** The range of Date. */
const MAX_UNIX_MS = 8.64e15;

/** Unix milliseconds of a parameter or bound; null for what is no time. */
export function parseTime(text: string): number | null {
  if (UNIX_MS.test(text)) return Math.abs(Number(text)) <= MAX_UNIX_MS ? Number(text) : null;
  // A `+` that was not percent-encoded arrives as a space.
  const iso = text
    .replace(/ (?=\d{2}:?\d{2}$)/, (_, at: number) => (at > 'YYYY-MM-DD'.length ? '+' : 'T'))
    .replace(' ', 'T');
  if (!ISO_8601.test(iso)) return null;
  const hasZone = iso.length === 'YYYY-MM-DD'.length || /(?:Z|[+-]\d{2}:?\d{2})$/.test(iso.slice('YYYY-MM-DD'.length));
  const ms = Date.parse(hasZone ? iso : `${iso}Z`);
  return Number.isNaN(ms) || !isDay(iso) ? null : ms;
}

/** Date.parse takes 30 February for 2 March. */
function isDay(iso: string): boolean {
  const day = iso.slice(0, 'YYYY-MM-DD'.length);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
