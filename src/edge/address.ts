import type { Json, JsonObject } from '../wire/record.ts';
import { pageOf } from './page.ts';
import type { CompiledRules } from './page-rules.ts';

/** Attributes whose text is an address also where it has no scheme. */
const ADDRESS_NAMES: ReadonlySet<string> = new Set(['url', 'href', 'referrer', 'referer', 'page_url', 'pageUrl']);
/** Everything deeper is refused as a record (ingest/normalise.ts). */
const MAX_DEPTH = 16;

/**
 * `scheme://user:password@host/path?query#fragment` in a text. Behind the query of a script's address may stand line and column, which are kept. No
 * text is read more than twice for it.
 */
const IN_TEXT = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s"'<>()/?#]*@)?([^\s"'<>()?#]*)([?#][^\s"'<>()]*)?/gi;
const PLACE = /(?::\d+){1,2}$/;

/** The same text, each address in it without userinfo, query and fragment. */
export function scrubText(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(IN_TEXT, (_, scheme: string, __: string | undefined, rest: string, query: string | undefined) => {
    const place = query === undefined ? '' : (PLACE.exec(query)?.[0] ?? '');
    return scheme + rest + place;
  });
}

/** An address as it is kept: scheme and host, and the page that its path stands for. A path alone becomes its page. */
export function scrubAddress(text: string, rules: CompiledRules): string {
  const address = text.trim();
  const [, origin] = /^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#\\@]*@)?[^/?#\\]*)/i.exec(address) ?? [];
  if (origin === undefined) return address === '' ? '' : pageOf(address, rules);
  const page = pageOf(address, rules);
  return origin.replace(/\/\/[^@]*@/, '//') + page;
}

/** Host and port of an address; null for what has none. */
export function siteOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).host || null : null;
}

/**
 * A copy of attributes of a browser's record whose addresses say nothing but where something is. At the top they are those of pages, and become pages; inside of
 * something, such as the frames of a stack, they may be those of files, whose names have to be found again.
 */
export function scrubAttrs(attrs: JsonObject, rules: CompiledRules, depth = 1): JsonObject {
  let scrubbed: JsonObject | null = null;
  for (const name of Object.keys(attrs)) {
    const value = attrs[name] as Json;
    const kept =
      typeof value === 'string' && ADDRESS_NAMES.has(name)
        ? scrubNamed(value, rules, depth)
        : scrubValue(value, rules, depth);
    if (kept === value) continue;
    scrubbed ??= { ...attrs };
    Object.defineProperty(scrubbed, name, { value: kept, enumerable: true, configurable: true, writable: true });
  }
  return scrubbed ?? attrs;
}

function scrubNamed(address: string, rules: CompiledRules, depth: number): string {
  return depth === 1 ? scrubAddress(address, rules) : scrubText(address).replace(/[?#].*$/s, '');
}

function scrubValue(value: Json, rules: CompiledRules, depth: number): Json {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH || JSON.isRawJSON(value)) return value;
  if (!Array.isArray(value)) return scrubAttrs(value, rules, depth + 1);
  const items = value.map((item) => scrubValue(item, rules, depth + 1));
  return items.every((item, i) => item === value[i]) ? value : items;
}
