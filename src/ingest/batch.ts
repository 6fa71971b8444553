import { deflatePiece, SummaryBuilder, TokenSet } from '../blocks/index.ts';
import type { Edge } from '../edge/index.ts';
import { MAX_PART_RECORDS, type Part } from '../journal/index.ts';
import { SeenNames } from '../limits/index.ts';
import { utf8 } from '../shared/bytes.ts';
import type { Rejection } from '../wire/ingest.ts';
import { MAX_REJECTIONS_LISTED } from '../wire/limits.ts';
import { isStream, type Json, type Stream } from '../wire/record.ts';
import { type Defaults, isRefusal, normalise, type Refusal } from './normalise.ts';

/**
 * Below this a part stays NDJSON: deflated alone it would shrink little, and the journal packs neighbours together when it seals.
 * Measured on access-log records: 16 KB pieces pack 7 % worse than whole blocks, 4 KB pieces 22 %.
 */
const MIN_DEFLATE_BYTES = 16 * 1024;
/**
 * A part is closed when it reaches this many UTF-16 units. With one more record (256 Ki units) it stays under 1.8 MB of UTF-8. Text that
 * deflates worst (chance units of three bytes: 19 bits each, as Huffman codes see bytes) comes to 1.4 MB and so fits a block's row, and with
 * the words that it may hold a Durable Object's row (2 MB).
 */
const MAX_PART_CHARS = 320 * 1024;
/** Of all parts as they are held and handed on: an append may carry 32 MiB, the limit of a call across objects, and an isolate has 128 MB. */
const MAX_PACKED_BYTES = 24 * 1024 * 1024;
/** Of a pointer in an answer. */
const MAX_POINTER_CHARS = 512;

interface OpenPart {
  stream: Stream;
  lines: string;
  records: number;
  summary: SummaryBuilder;
  tokens: TokenSet | null;
}

/** Collects the records of one batch into finished parts. */
export class BatchBuilder {
  readonly parts: Part[] = [];
  readonly rejections: Rejection[] = [];
  readonly rejectedByReason: Record<string, number> = {};
  /** Records that the sender says it has lost before, by what the ledger calls it. */
  readonly lost: Record<string, number> = {};
  /** Attribute names and label values of the accepted records. */
  readonly seen = new SeenNames();
  received = 0;
  rejected = 0;
  accepted = 0;
  /** Of the lines of the accepted records. */
  chars = 0;
  /** True while every accepted record brought its own time. */
  everyRecordTimed = true;
  #defaults: Defaults;
  readonly #ids: (position: number) => string;
  readonly #open = new Map<Stream, OpenPart>();
  readonly #pack: boolean;
  #packedBytes = 0;

  /** `pack: false` leaves parts as raw NDJSON without tokens: for sockets, whose frames are small and many. */
  constructor(defaults: Defaults, ids: (position: number) => string, pack: boolean) {
    this.#defaults = defaults;
    this.#ids = ids;
    this.#pack = pack;
  }

  /** For readers whose records repeat what a body says once: what does not fit into a window of deflate does not shrink by being repeated. */
  get isFull(): boolean {
    return this.#packedBytes > MAX_PACKED_BYTES;
  }

  /** The records that follow are of another sender: sockets of one key share a batch, and each has its own browser. */
  shapeBy(edge: Edge): void {
    if (this.#defaults.edge !== edge) this.#defaults = { ...this.#defaults, edge };
  }

  /** Null where the record was taken. */
  add(record: Json): Refusal | null {
    const index = this.received++;
    const stream = ownStream(record) ?? this.#defaults.stream;
    let open = this.#open.get(stream) ?? this.#start(stream);
    if (open.records >= MAX_PART_RECORDS || open.lines.length >= MAX_PART_CHARS) {
      this.#close(open);
      open = this.#start(stream);
    }
    const result = normalise(record, this.#defaults, open.tokens, this.seen);
    if (isRefusal(result)) {
      this.#reject(index, result.pointer, result.reason);
      return result;
    }
    const line = `{"id":"${this.#ids(this.accepted)}${result.tail}\n`;
    open.lines += line;
    this.chars += line.length;
    open.records++;
    open.summary.add(result.ts, result.level, result.service);
    this.accepted++;
    if (!result.hasOwnTime) this.everyRecordTimed = false;
    return null;
  }

  /** A unit that could not be read as a record at all. */
  addMalformed(reason: string, pointer = ''): void {
    this.#reject(this.received++, pointer, reason);
  }

  noteLost(reason: string, records: number): void {
    this.lost[reason] = (this.lost[reason] ?? 0) + records;
  }

  finish(): void {
    for (const open of this.#open.values()) this.#close(open);
    this.#open.clear();
  }

  #reject(index: number, pointer: string, reason: string): void {
    this.rejected++;
    // By the field, not the value: the ledger's keys must stay few.
    const key = pointer === '' ? (reason.split(':', 1)[0] ?? reason) : pointer.split('/').slice(0, 2).join('/');
    this.rejectedByReason[key] = (this.rejectedByReason[key] ?? 0) + 1;
    if (this.rejections.length < MAX_REJECTIONS_LISTED)
      this.rejections.push({ index, pointer: shortened(pointer), reason });
  }

  #start(stream: Stream): OpenPart {
    const open: OpenPart = {
      stream,
      lines: '',
      records: 0,
      summary: new SummaryBuilder(),
      tokens: this.#pack ? new TokenSet() : null,
    };
    this.#open.set(stream, open);
    return open;
  }

  #close(open: OpenPart): void {
    if (open.records === 0) return;
    const raw = utf8(open.lines);
    const common = { stream: open.stream, summary: open.summary.build(), rawBytes: raw.byteLength };
    if (open.tokens && raw.byteLength >= MIN_DEFLATE_BYTES) {
      const { deflated, crc32 } = deflatePiece(raw);
      const tokens = open.tokens.toBytes();
      this.#packedBytes += deflated.byteLength + tokens.byteLength;
      this.parts.push({ ...common, codec: 'deflate', data: deflated, crc32, tokens });
    } else {
      this.#packedBytes += raw.byteLength;
      this.parts.push({ ...common, codec: 'raw', data: raw, crc32: 0, tokens: null });
    }
  }
}

/** Names may be as long as a record; a hundred pointers made of them would not fit the row that remembers the answer. */
function shortened(pointer: string): string {
  return pointer.length > MAX_POINTER_CHARS ? `${pointer.slice(0, MAX_POINTER_CHARS).toWellFormed()}…` : pointer;
}

/** The words of a record go into the token set of its own part, so the stream is read before the rest is checked. */
function ownStream(record: Json): Stream | null {
  if (record === null || typeof record !== 'object' || Array.isArray(record)) return null;
  return isStream(record.stream) ? record.stream : null;
}
