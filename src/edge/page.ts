import { MAX_PAGE_CHARS, MAX_PAGE_SEGMENTS } from '../wire/browser.ts';
import { type CompiledRules, matchingRule } from './page-rules.ts';
import { segmentName } from './segment.ts';

/** Of an address, from its start; what is behind would be cut in any case. */
const MAX_READ_CHARS = 4_096;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i;
/** Addresses whose path is their content. */
const OPAQUE = /^(?:data|blob|about|javascript|mailto|tel):/i;
/** What servers answer for a directory. */
const INDEX = /^(?:index\.(?:html?|php|aspx?|jsp)|default\.(?:html?|aspx?))$/i;

/**
 * The page that an address, a path or the name of a route stands for: without query and fragment, by the rules of the project or else with what
 * varies replaced (segment.ts), never longer or deeper than the bounds, and the same when it is applied to its own answer. A text without a slash in
 * front is a name that somebody gave: it gets none.
 */
export function pageOf(text: string, rules: CompiledRules): string {
  return pageAndRule(text, rules).page;
}

export function pageAndRule(text: string, rules: CompiledRules): { page: string; rule: string | null } {
  const read = text.slice(0, MAX_READ_CHARS).toWellFormed().trim();
  if (rules.patterns.has(read)) return { page: read, rule: read };
  const [opaque] = OPAQUE.exec(read) ?? [];
  if (opaque !== undefined) return { page: opaque.toLowerCase(), rule: null };
  const [host] = ADDRESS.exec(read) ?? [];
  const path = (host === undefined ? read : read.slice(host.length)).split(/[?#]/, 1)[0] ?? '';
  const segments = segmentsOf(path);
  const isPath = host !== undefined || path === '' || /^[/\\]/.test(path);
  const rule = isPath ? matchingRule(rules, segments) : null;
  if (rule !== null) return { page: rule, rule };
  return {
    page: settled(bounded(segments.slice(0, MAX_PAGE_SEGMENTS + 1).map(segmentName), isPath ? '/' : '')) || '/',
    rule: null,
  };
}

function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    // Behind `;` are parameters, as old as session ids in addresses.
    const segment = decoded(part.split(';', 1)[0] ?? '').trim();
    if (segment !== '' && segment !== '.') segments.push(segment);
  }
  if (INDEX.test(segments.at(-1) ?? '') && segments.length > 1) segments.pop();
  else if (segments.length === 1 && /^[/\\]/.test(path) && INDEX.test(segments[0] ?? '')) segments.pop();
  return segments;
}

/** As people read it, but for what would mean something else in a path: that stays encoded, and so is the same when it is decoded again. */
function decoded(part: string): string {
  if (!part.includes('%')) return escaped(part);
  try {
    return escaped(decodeURIComponent(part));
  } catch {
    // Not UTF-8, or no encoding at all.
    return escaped(part);
  }
}

function escaped(text: string): string {
  return text.replace(/[%/?#;\\\p{Cc}\u2028\u2029]/gu, encodeURIComponent);
}

function bounded(names: readonly string[], front: '/' | ''): string {
  const kept = names.length > MAX_PAGE_SEGMENTS ? [...names.slice(0, MAX_PAGE_SEGMENTS), '*'] : names;
  const page = front + kept.join('/');
  if (page.length <= MAX_PAGE_CHARS) return page;
  const cut = page.lastIndexOf('/', MAX_PAGE_CHARS - 2);
  return cut <= 0 ? page.slice(0, MAX_PAGE_CHARS).toWellFormed() : `${page.slice(0, cut)}/*`;
}

/** A name that reads like such an address once it is decoded. */
function settled(page: string): string {
  return OPAQUE.exec(page)?.[0].toLowerCase() ?? page;
}
