import type { BlockHead, Summary } from '../../blocks/index.ts';

/** Filters and summaries of about a thousand blocks; an isolate has 128 MB for everything. */
const MAX_CACHE_BYTES = 16 * 1024 * 1024;
/** What a Map entry and its objects cost beside their content. */
const ENTRY_BYTES = 200;
/** A parsed summary takes about this many bytes for each character of its JSON. */
const BYTES_PER_SUMMARY_CHAR = 4;

interface Entry {
  value: unknown;
  bytes: number;
}

/** What blocks never change, kept between the queries of one isolate: least recently used goes first. */
class BlockCache {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  get(key: string): unknown {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: unknown, bytes: number): void {
    const held = this.#entries.get(key);
    if (held) this.#bytes -= held.bytes;
    this.#entries.delete(key);
    this.#entries.set(key, { value, bytes: bytes + ENTRY_BYTES });
    this.#bytes += bytes + ENTRY_BYTES;
    for (const [oldest, { bytes: freed }] of this.#entries) {
      if (this.#bytes <= MAX_CACHE_BYTES) break;
      this.#entries.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

const cache = new BlockCache();

/** An id is given once for one content, unless the database was set back to an earlier state: the size tells those apart. */
function keyOf(kind: 'filter' | 'summary', head: BlockHead): string {
  return `${kind} ${head.id} ${head.lastSeq} ${head.rawBytes} ${head.maxTs}`;
}

export function cachedFilter(head: BlockHead): Uint8Array | undefined {
  return cache.get(keyOf('filter', head)) as Uint8Array | undefined;
}

export function cacheFilter(head: BlockHead, filter: Uint8Array): void {
  cache.set(keyOf('filter', head), filter, filter.byteLength);
}

export function cachedSummary(head: BlockHead): Summary | undefined {
  return cache.get(keyOf('summary', head)) as Summary | undefined;
}

export function cacheSummary(head: BlockHead, summary: Summary, chars: number): void {
  cache.set(keyOf('summary', head), summary, chars * BYTES_PER_SUMMARY_CHAR);
}
