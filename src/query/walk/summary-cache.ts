import type { BlockHead, Summary } from '../../blocks/index.ts';

/** Summaries of about a thousand blocks; an isolate has 128 MB for everything. */
const MAX_CACHE_BYTES = 16 * 1024 * 1024;
/** What a Map entry and its objects cost beside their content. */
const ENTRY_BYTES = 200;
/** A parsed summary takes about this many bytes for each character of its JSON. */
const BYTES_PER_CHAR = 4;

interface Entry {
  summary: Summary;
  bytes: number;
}

/** What the index says of blocks, kept between the queries of one isolate: least recently used goes first. */
class SummaryCache {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  get(key: string): Summary | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.summary;
  }

  set(key: string, summary: Summary, bytes: number): void {
    const held = this.#entries.get(key);
    if (held) this.#bytes -= held.bytes;
    this.#entries.delete(key);
    this.#entries.set(key, { summary, bytes: bytes + ENTRY_BYTES });
    this.#bytes += bytes + ENTRY_BYTES;
    for (const [oldest, { bytes: freed }] of this.#entries) {
      if (this.#bytes <= MAX_CACHE_BYTES) break;
      this.#entries.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

const cache = new SummaryCache();

/**
 * An id is given once for one content, unless records of it are erased or the database was set back to an earlier state: the size tells those
 * apart, since an empty line is shorter than a record.
 */
function keyOf(head: BlockHead): string {
  return `${head.id} ${head.lastSeq} ${head.rawBytes} ${head.maxTs}`;
}

export function cachedSummary(head: BlockHead): Summary | undefined {
  return cache.get(keyOf(head));
}

export function cacheSummary(head: BlockHead, summary: Summary, chars: number): void {
  cache.set(keyOf(head), summary, chars * BYTES_PER_CHAR);
}
