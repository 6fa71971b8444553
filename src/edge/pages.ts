import { OTHER } from '../rollups/index.ts';
import type { LogRecord } from '../wire/record.ts';

export interface SeenPage {
  site: string;
  /** '' for the site itself. */
  page: string;
  firstMs: number;
  lastMs: number;
}

/** Of one block, which has 5,000 records: a key whose holder makes pages up fills no more of the register than this with each. */
const MAX_PAGES_PER_BLOCK = 1_000;
/** Longer hosts are none (RFC 1035, 2.3.4). */
const MAX_SITE_CHARS = 255;

/**
 * Which sites and pages records came from, and when. What the guard of label values left no room for is no page. A time in the future is one of
 * a clock that nobody put right: it counts as now.
 */
export function pagesOf(records: readonly LogRecord[], nowMs: number): SeenPage[] {
  const seen = new Map<string, SeenPage>();
  const note = (site: string, page: string, ts: number): void => {
    const key = `${site}\n${page}`;
    const known = seen.get(key);
    if (known) {
      known.firstMs = Math.min(known.firstMs, ts);
      known.lastMs = Math.max(known.lastMs, ts);
    } else if (seen.size < MAX_PAGES_PER_BLOCK) {
      seen.set(key, { site, page, firstMs: ts, lastMs: ts });
    }
  };
  for (const { ts, attrs } of records) {
    const { labels } = attrs;
    if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) continue;
    const page = nameOf(labels.page);
    const site = nameOf(labels.site) ?? '';
    if (site.length > MAX_SITE_CHARS || (page === null && site === '')) continue;
    const atMs = Math.min(ts, nowMs);
    if (site !== '') note(site, '', atMs);
    if (page !== null) note(site, page, atMs);
  }
  return [...seen.values()];
}

/** SQLite ends a text at a NUL. */
function nameOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value === OTHER) return null;
  return value.isWellFormed() && !value.includes('\0') ? value : null;
}
