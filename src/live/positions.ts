import type { Stream } from '../wire/record.ts';

/** Cursors name streams by their first letter, which all differ. */
const CODE: Readonly<Record<Stream, string>> = {
  logs: 'l',
  vitals: 'v',
  errors: 'e',
  operations: 'o',
  metrics: 'm',
  spans: 's',
  fraud: 'f',
};
const STREAM_OF = new Map(Object.entries(CODE).map(([stream, code]) => [code, stream as Stream]));
/** The first character is the version. Letters, digits and `~` need no escaping in JSON or a URL. */
const VERSION = 'a';
const ENTRY = /^(\d{1,2})([a-z])([0-9a-z]{1,11})$/;

export interface Position {
  shard: number;
  stream: Stream;
  /** The first sequence that is still to come. */
  nextSeq: number;
}

/** How far each stream of each journal has been read. A stream that is not named stands before its first record, sequence 1. */
export class Positions {
  readonly #next = new Map<string, Position>();

  static of(positions: Iterable<Position>): Positions {
    const made = new Positions();
    for (const { shard, stream, nextSeq } of positions) made.set(shard, stream, nextSeq);
    return made;
  }

  /** Null where the text is no cursor. */
  static decode(text: string): Positions | null {
    if (text[0] !== VERSION) return null;
    const positions = new Positions();
    for (const entry of text.slice(1).split('~')) {
      if (entry === '') continue;
      const [, shard, code, seq] = ENTRY.exec(entry) ?? [];
      const stream = STREAM_OF.get(code ?? '');
      const nextSeq = Number.parseInt(seq ?? '', 36);
      if (stream === undefined || !Number.isSafeInteger(nextSeq) || nextSeq < 1) return null;
      positions.set(Number(shard), stream, nextSeq);
    }
    return positions;
  }

  encode(): string {
    let text = VERSION;
    for (const [key, { nextSeq }] of this.#next) text += `${text.length > 1 ? '~' : ''}${key}${nextSeq.toString(36)}`;
    return text;
  }

  get(shard: number, stream: Stream): number {
    return this.#next.get(shard + CODE[stream])?.nextSeq ?? 1;
  }

  set(shard: number, stream: Stream, nextSeq: number): void {
    const known = this.#next.get(shard + CODE[stream]);
    if (known) known.nextSeq = nextSeq;
    else this.#next.set(shard + CODE[stream], { shard, stream, nextSeq });
  }

  forgetShard(shard: number): void {
    for (const [key, position] of this.#next) if (position.shard === shard) this.#next.delete(key);
  }

  [Symbol.iterator](): IterableIterator<Readonly<Position>> {
    return this.#next.values();
  }
}
