import type { Json, JsonObject } from '../wire/record.ts';
import { pageOf } from './page.ts';
import type { CompiledRules } from './page-rules.ts';
import { scrubText } from './scrub-text.ts';

/** Names by which records say their page, as attributes or as labels; the first that is there counts. */
export const PAGE_NAMES = ['page', 'route', 'path', 'pathname', 'url', 'href'] as const;
/** Names whose text is an address also where it has no scheme, wherever they are. */
const ADDRESS_NAMES: ReadonlySet<string> = new Set(['url', 'href', 'referrer', 'referer', 'page_url', 'pageUrl']);
/** Those of a record's attributes and of its labels, which are about pages. */
const OWN_NAMES: ReadonlySet<string> = new Set([...ADDRESS_NAMES, ...PAGE_NAMES]);
/** Everything deeper is refused as a record (ingest/normalise.ts). */
const MAX_DEPTH = 16;

/** An address as it is kept: scheme and host, and the page that its path stands for. A path alone becomes its page. */
export function scrubAddress(text: string, rules: CompiledRules): string {
  const address = text.trim();
  const [, origin] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#\\]*)/i.exec(address) ?? [];
  if (origin === undefined) return address === '' ? '' : pageOf(address, rules);
  const page = pageOf(address, rules);
  return origin.replace(/\/\/.*@/s, '//') + page;
}

/** Host and port of an address; null for what has none. */
export function siteOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).host || null : null;
}

/**
 * A copy of attributes of a browser's record whose addresses say nothing but where something is. At the top, and as labels, they are those of pages, and
 * become pages; inside of something else, such as the frames of a stack, they may be those of files, whose names have to be found again.
 */
export function scrubAttrs(attrs: JsonObject, rules: CompiledRules): JsonObject {
  return scrubObject(attrs, rules, 1, true);
}

function scrubObject(object: JsonObject, rules: CompiledRules, depth: number, isOwn: boolean): JsonObject {
  let scrubbed: JsonObject | null = null;
  for (const name of Object.keys(object)) {
    const value = object[name] as Json;
    const kept =
      typeof value === 'string'
        ? scrubNamed(name, value, rules, isOwn)
        : scrubValue(value, rules, depth, depth === 1 && name === 'labels');
    if (kept === value) continue;
    scrubbed ??= { ...object };
    Object.defineProperty(scrubbed, name, { value: kept, enumerable: true, configurable: true, writable: true });
  }
  return scrubbed ?? object;
}

function scrubNamed(name: string, text: string, rules: CompiledRules, isOwn: boolean): string {
  if (isOwn && OWN_NAMES.has(name)) return scrubAddress(text, rules);
  return ADDRESS_NAMES.has(name) ? scrubText(text).replace(/[?#].*$/s, '') : scrubText(text);
}

function scrubValue(value: Json, rules: CompiledRules, depth: number, isOwn: boolean): Json {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH || JSON.isRawJSON(value)) return value;
  if (!Array.isArray(value)) return scrubObject(value, rules, depth + 1, isOwn);
  const items = value.map((item) => scrubValue(item, rules, depth + 1, false));
  return items.every((item, i) => item === value[i]) ? value : items;
}
