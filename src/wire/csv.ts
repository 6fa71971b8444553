/**
 * Spreadsheets run text that begins like a formula; a quote mark in front makes it text (OWASP, CSV injection). The full-width forms are
 * taken for the same by Excel in some languages.
 */
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** One value of a row of RFC 4180. */
export function csvCell(text: string): string {
  const safe = FORMULA_START.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
