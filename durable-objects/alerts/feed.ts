import {
  afterHead,
  afterLook,
  afterRecords,
  type Continuity,
  continuity,
  type Followed,
} from '../../src/alerts/counting/follow.ts';
import { type Fresh, type RuleCounter, type Tally, tally } from '../../src/alerts/counting/tally.ts';
import type { Publication, StreamHead } from '../../src/journal/index.ts';
import { place } from '../../src/live/index.ts';
import { log } from '../../src/shared/log.ts';
import { inTime } from '../../src/shared/within.ts';
import type { Stream } from '../../src/wire/record.ts';
import type { CountStore, FollowedRow } from './stores/count-store.ts';

/** A journal answers in milliseconds. */
const MAX_LOOK_MS = 5_000;

export interface Counted {
  tally: Tally;
  /** How far it goes. */
  rows: readonly FollowedRow[];
  /** Streams of which something was missed. */
  missed: readonly Stream[];
}

export interface FeedPort {
  shards: readonly number[];
  counters(): RuleCounter[];
  /** Streams that the journals are asked for. */
  streams(): Stream[];
  /** For the log; null before it is known. */
  projectId(): string | null;
  attach(shard: number, streams: readonly Stream[]): Promise<StreamHead[]>;
  /** One transaction with what follows from the counts. */
  commit(counted: Counted, nowMs: number): void;
  nowMs(): number;
}

/**
 * What the journals publish, counted in sequence: repeats left out. What is missing is not read again: from then on it is known since when nothing is, and
 * rules whose window reaches back further are evaluated by a search (ADR 0022).
 */
export class Feed {
  readonly #store: CountStore;
  readonly #port: FeedPort;
  readonly #followed = new Map<string, FollowedRow>();
  /** Journals that did not answer the last look: what they have is not known. */
  readonly #silent = new Set<number>();
  /** The last piece of work of each journal: the next waits for it. */
  readonly #turns = new Map<number, Promise<void>>();

  constructor(store: CountStore, port: FeedPort) {
    this.#store = store;
    this.#port = port;
    for (const row of store.followed()) this.#followed.set(keyOf(row.shard, row.stream), row);
  }

  /** False: nobody listens, stop publishing. */
  async take({ shard, parts, heads }: Publication): Promise<boolean> {
    if (this.#port.streams().length === 0) return false;
    await this.#inTurn(shard, () => this.#take(shard, parts, heads ?? []));
    return true;
  }

  /** Asks every journal where it stands, and to publish from there on. Never throws: one that is away is not known to be counted. */
  async look(): Promise<void> {
    const streams = this.#port.streams();
    await Promise.all(this.#port.shards.map((shard) => this.#inTurn(shard, () => this.#look(shard, streams))));
  }

  /** How well the records of a stream are counted. */
  continuity(stream: Stream): Continuity {
    const { shards } = this.#port;
    const all = continuity(shards.map((shard) => this.#followed.get(keyOf(shard, stream))?.followed ?? null));
    return shards.some((shard) => this.#silent.has(shard)) ? { ...all, isBehind: true } : all;
  }

  async #take(shard: number, parts: Publication['parts'], heads: readonly StreamHead[]): Promise<void> {
    const nowMs = this.#port.nowMs();
    const moved = new Map<Stream, Followed>();
    const of = (stream: Stream) => moved.get(stream) ?? this.#followed.get(keyOf(shard, stream))?.followed;
    const fresh: Fresh[] = [];
    for (const part of parts) {
      const followed = of(part.stream);
      // A stream that is not followed yet is counted from where the next look finds it.
      if (!followed) continue;
      const { records } = part.summary;
      const placement = place(followed.nextSeq, part.firstSeq, records);
      if (placement.kind === 'known') continue;
      const isGap = placement.kind === 'gap';
      fresh.push({ part, skip: isGap ? 0 : placement.skip });
      moved.set(part.stream, afterRecords(followed, part.firstSeq + records, isGap, nowMs));
    }
    for (const { stream, nextSeq } of heads) {
      const followed = of(stream);
      if (followed) moved.set(stream, afterHead(followed, nextSeq, nowMs));
    }
    const counted = await tally(fresh, this.#port.counters(), { nowMs, turn: () => scheduler.wait(0) });
    this.#commit(shard, moved, counted);
  }

  async #look(shard: number, streams: readonly Stream[]): Promise<void> {
    const heads = streams.length === 0 ? [] : await this.#heads(shard, streams);
    if (heads === null) {
      this.#silent.add(shard);
      return;
    }
    this.#silent.delete(shard);
    const nowMs = this.#port.nowMs();
    const moved = streams.map((stream) => {
      const head = heads.find((one) => one.stream === stream)?.nextSeq ?? 1;
      return [stream, afterLook(this.#followed.get(keyOf(shard, stream))?.followed ?? null, head, nowMs)] as const;
    });
    for (const { shard: of, stream } of [...this.#followed.values()]) {
      if (of !== shard || streams.includes(stream)) continue;
      this.#store.unfollow(shard, stream);
      this.#followed.delete(keyOf(shard, stream));
    }
    this.#commit(shard, new Map(moved), new Map());
  }

  async #heads(shard: number, streams: readonly Stream[]): Promise<StreamHead[] | null> {
    try {
      return await inTime(MAX_LOOK_MS, 'the journal', this.#port.attach(shard, streams));
    } catch (cause) {
      log('warn', 'journal_not_followed', { projectId: this.#port.projectId(), shard, cause: String(cause) });
      return null;
    }
  }

  #commit(shard: number, moved: ReadonlyMap<Stream, Followed>, counted: Tally): void {
    const rows = [...moved].map(([stream, followed]) => ({ shard, stream, followed }));
    const written = rows.filter(({ stream, followed }) => {
      const known = this.#followed.get(keyOf(shard, stream))?.followed;
      return known?.nextSeq !== followed.nextSeq || known.sinceMs !== followed.sinceMs;
    });
    const missed = written.filter((row) => {
      const known = this.#followed.get(keyOf(shard, row.stream))?.followed;
      return known !== undefined && known.sinceMs < row.followed.sinceMs;
    });
    const streams = missed.map(({ stream }) => stream);
    if (written.length > 0) this.#port.commit({ tally: counted, rows: written, missed: streams }, this.#port.nowMs());
    for (const row of rows) this.#followed.set(keyOf(shard, row.stream), row);
  }

  /** The work of one journal is done in the order in which it came. Whoever asked for it hears of its failure; the next only waits for its end. */
  async #inTurn(shard: number, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(shard) ?? Promise.resolve()).then(work);
    this.#turns.set(
      shard,
      turn.catch(() => undefined),
    );
    await turn;
  }
}

function keyOf(shard: number, stream: Stream): string {
  return `${shard}/${stream}`;
}
