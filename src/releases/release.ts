import { OTHER } from '../rollups/index.ts';
import type { LogRecord } from '../wire/record.ts';

/** A name as people and pipelines give it: `1.4.0`, `web@2026-11-27`, a commit. As long as a label's value may be in rollups. */
export const MAX_RELEASE_CHARS = 256;

/** What stands for values over a project's limit is none. SQLite ends text at a NUL, and two halves of surrogates are one name to it. */
export function isReleaseName(text: string): boolean {
  return (
    text !== '' && text.length <= MAX_RELEASE_CHARS && text !== OTHER && text.isWellFormed() && !text.includes('\0')
  );
}

/** When each release that these records name (`attrs.labels.release`) was first seen among them. */
export function releasesOf(records: Iterable<LogRecord>): Map<string, number> {
  const first = new Map<string, number>();
  for (const { ts, attrs } of records) {
    const { labels } = attrs;
    if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) continue;
    const release = Object.hasOwn(labels, 'release') ? labels.release : undefined;
    if (typeof release !== 'string' || !isReleaseName(release)) continue;
    const known = first.get(release);
    if (known === undefined || ts < known) first.set(release, ts);
  }
  return first;
}
