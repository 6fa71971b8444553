import type { Env } from '../../src/env.ts';
import { journalFor, type Publication, type StreamHead } from '../../src/journal/index.ts';
import { partLines, readHistory, type SeqSpan } from '../../src/live/history.ts';
import { Positions } from '../../src/live/positions.ts';
import { place, replayFrom } from '../../src/live/sequence.ts';
import { cutLines, type Lines, sliceLines } from '../../src/live/update.ts';
import type { Stream } from '../../src/wire/record.ts';
import type { Fanout } from './fanout.ts';

const STORAGE_KEY = 'feed';
/** Positions are written at most this often. What a busier instance loses with its memory is sent again, to sockets that outlived it. */
const SAVE_INTERVAL_MS = 50;
/**
 * After this much to one client the event loop gets a turn, or a client that reads would look like one that does not. Not sooner: while
 * senders keep the loop busy a turn takes as long as all their frames that have arrived, 100 ms at worst.
 */
const MAX_CHARS_A_TURN = 2 * 1024 * 1024;

interface Saved {
  attached: number[];
  cursor: string;
}

export interface FeedPort {
  env: Env;
  storage: DurableObjectStorage;
  fanout: Fanout;
  projectId(): string;
  nowMs(): number;
}

/** What the journals publish, in sequence: repeats left out, gaps filled from the journal and the blocks. */
export class Feed {
  /** Everything before it has been given to those who are live. */
  readonly positions: Positions;
  readonly #port: FeedPort;
  readonly #attached: Set<number>;
  readonly #attaching = new Map<number, Promise<void>>();
  /** The last piece of work of each journal: the next waits for it. */
  readonly #turns = new Map<number, Promise<void>>();
  #charsThisTurn = 0;
  #savedAtMs = 0;
  #saving = false;

  /** `continued`: sockets have outlived the instance before, and go on from where it stood. */
  constructor(port: FeedPort, continued: boolean) {
    this.#port = port;
    const saved = continued ? port.storage.kv.get<Saved>(STORAGE_KEY) : undefined;
    this.positions = (saved && Positions.decode(saved.cursor)) ?? new Positions();
    this.#attached = new Set(saved?.attached ?? []);
  }

  cursor(): string {
    return this.positions.encode();
  }

  /** Makes the journals publish; afterwards `positions` is where they stood, or later. */
  async attach(shards: readonly number[]): Promise<void> {
    await Promise.all(
      shards
        .filter((shard) => !this.#attached.has(shard))
        .map((shard) => this.#attaching.get(shard) ?? this.#attach(shard)),
    );
  }

  /** False: nobody listens, stop publishing. */
  async take({ shard, parts, heads }: Publication): Promise<boolean> {
    await this.#attaching.get(shard);
    if (!this.#attached.has(shard)) return false;
    if (!this.#port.fanout.isListening) {
      this.#attached.delete(shard);
      this.#save();
      return false;
    }
    await this.#inTurn(shard, async () => {
      await this.#takeParts(shard, parts);
      if (heads) await this.#takeHeads(shard, heads);
      this.#changed();
    });
    return true;
  }

  /** Reads what the journals have and this hub has not: for a cursor that is ahead of a hub that lost its memory. */
  async catchUp(shards: readonly number[]): Promise<void> {
    await Promise.all(
      shards.map(async (shard) => {
        const heads = await this.#heads(shard);
        await this.#inTurn(shard, async () => {
          await this.#takeHeads(shard, heads);
          this.#changed();
        });
      }),
    );
  }

  async #attach(shard: number): Promise<void> {
    const attaching = this.#heads(shard).then((heads) => {
      for (const { stream, nextSeq } of heads) this.positions.set(shard, stream, nextSeq);
      this.#attached.add(shard);
      this.#save();
    });
    this.#attaching.set(shard, attaching);
    try {
      await attaching;
    } finally {
      this.#attaching.delete(shard);
    }
  }

  async #heads(shard: number): Promise<StreamHead[]> {
    const projectId = this.#port.projectId();
    return await journalFor(this.#port.env, projectId, shard).attach(projectId, shard, 'hub', 'all');
  }

  /** The work of one journal is done in the order in which it came, also where a call was repeated. */
  async #inTurn(shard: number, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(shard);
    const turn = before ? before.then(work) : work();
    // Whoever asked for the work hears of its failure; the next in line only waits for the end.
    const ended = turn.then(undefined, () => undefined);
    this.#turns.set(shard, ended);
    await turn;
    if (this.#turns.get(shard) === ended) this.#turns.delete(shard);
  }

  async #takeParts(shard: number, parts: Publication['parts']): Promise<void> {
    for (let i = 0; i < parts.length; ) {
      const { stream, firstSeq } = parts[i] as (typeof parts)[number];
      let end = i;
      let nextSeq = firstSeq;
      for (let part = parts[end]; part?.stream === stream && part.firstSeq === nextSeq; part = parts[++end]) {
        nextSeq += part.summary.records;
      }
      await this.#takeRun(shard, stream, firstSeq, nextSeq, parts.slice(i, end));
      i = end;
    }
  }

  /** Reads what a journal has and this hub has not. */
  async #takeHeads(shard: number, heads: readonly StreamHead[]): Promise<void> {
    for (const { stream, nextSeq } of heads) {
      if (this.positions.get(shard, stream) >= nextSeq) continue;
      if (this.#port.fanout.wants(stream)) await this.#fill(shard, stream, nextSeq);
      else this.positions.set(shard, stream, nextSeq);
    }
  }

  /** Parts of one stream that follow each other. */
  async #takeRun(
    shard: number,
    stream: Stream,
    firstSeq: number,
    nextSeq: number,
    parts: Publication['parts'],
  ): Promise<void> {
    const placement = place(this.positions.get(shard, stream), firstSeq, nextSeq - firstSeq);
    if (placement.kind === 'known') return;
    if (!this.#port.fanout.wants(stream)) {
      this.positions.set(shard, stream, nextSeq);
      return;
    }
    if (placement.kind === 'gap') await this.#fill(shard, stream, firstSeq);
    const lines: Lines = { ndjson: '', count: 0 };
    for (const part of parts) {
      const { ndjson, count } = partLines(part);
      lines.ndjson += ndjson;
      lines.count += count;
    }
    await this.#emit(shard, stream, placement.kind === 'next' ? sliceLines(lines, placement.skip, lines.count) : lines);
  }

  /** Gives what was missed up to `untilSeq`. */
  async #fill(shard: number, stream: Stream, untilSeq: number): Promise<void> {
    const { fromSeq } = replayFrom(this.positions.get(shard, stream), untilSeq);
    this.#skipTo(shard, stream, fromSeq);
    for (let at = fromSeq; at < untilSeq; at = this.positions.get(shard, stream)) {
      const span: SeqSpan = { shard, stream, fromSeq: at, untilSeq };
      const run = await readHistory(this.#port.env, this.#port.projectId(), span);
      this.#skipTo(shard, stream, run ? run.firstSeq : untilSeq);
      if (run) await this.#emit(shard, stream, run.lines);
    }
  }

  #skipTo(shard: number, stream: Stream, seq: number): void {
    const missing = seq - this.positions.get(shard, stream);
    if (missing <= 0) return;
    this.positions.set(shard, stream, seq);
    this.#port.fanout.drop(stream, missing);
  }

  async #emit(shard: number, stream: Stream, lines: Lines): Promise<void> {
    for (const some of cutLines(lines)) {
      this.positions.set(shard, stream, this.positions.get(shard, stream) + some.count);
      this.#charsThisTurn += this.#port.fanout.deliver(stream, some, this.cursor());
      if (this.#charsThisTurn > MAX_CHARS_A_TURN) {
        await scheduler.wait(0);
        this.#charsThisTurn = 0;
      }
    }
  }

  #changed(): void {
    this.#charsThisTurn = 0;
    if (this.#saving) return;
    if (this.#port.nowMs() - this.#savedAtMs >= SAVE_INTERVAL_MS) this.#save();
    else void this.#saveSoon();
  }

  async #saveSoon(): Promise<void> {
    this.#saving = true;
    await scheduler.wait(SAVE_INTERVAL_MS);
    this.#saving = false;
    this.#save();
  }

  #save(): void {
    this.#savedAtMs = this.#port.nowMs();
    this.#port.storage.kv.put<Saved>(STORAGE_KEY, { attached: [...this.#attached], cursor: this.cursor() });
  }
}
