import type { Env } from '../../src/env.ts';
import { readHistory, type SeqSpan } from '../../src/live/history.ts';
import type { Positions } from '../../src/live/positions.ts';
import { replayFrom } from '../../src/live/sequence.ts';
import { carries } from '../../src/live/topics.ts';
import { cutLines, joinLines, type Lines, selectLines, updateFrame } from '../../src/live/update.ts';
import type { Stream } from '../../src/wire/record.ts';
import type { Feed } from './feed.ts';
import type { Outlet } from './outlet.ts';
import type { HubSocket, Subscription } from './sockets.ts';
import type { Turnstile } from './turnstile.ts';

export interface ReplayPort {
  env: Env;
  feed: Feed;
  outlet: Outlet;
  /** Before a page is read. After a restart everyone resumes at once, and a page takes megabytes. */
  pages: Turnstile;
  projectId(): string;
}

/**
 * Brings the topics of one SUBSCRIBE from a cursor to the present. Until then the fan-out leaves them out, so nothing comes twice or in
 * the wrong order; the step from the last page to live is taken without a pause in between. Reads as fast as the client does.
 */
export class Replay {
  readonly #port: ReplayPort;
  readonly #socket: HubSocket;
  readonly #positions: Positions;
  readonly #subscriptions: readonly Subscription[];
  /** Topics whose last frame does not carry the latest cursor, because nothing matched since. */
  readonly #unmoved = new Set<Subscription>();

  constructor(port: ReplayPort, socket: HubSocket, subscriptions: readonly Subscription[], positions: Positions) {
    this.#port = port;
    this.#socket = socket;
    this.#positions = positions;
    this.#subscriptions = subscriptions;
  }

  /** Throws where the history cannot be read. */
  async run(): Promise<void> {
    for (let span = this.#nextSpan(); span !== null; span = this.#nextSpan()) {
      const { shard, stream, untilSeq } = span;
      const { fromSeq } = replayFrom(span.fromSeq, untilSeq);
      this.#skipTo(shard, stream, fromSeq);
      await this.#port.pages.through(() => this.#givePage({ ...span, fromSeq }));
      if (!(await this.#port.outlet.room(this.#socket))) return;
      this.#socket.save();
    }
    this.#goLive();
  }

  /** As much of it as the client takes at once. The rest is read again when it has room, rather than kept for it meanwhile. */
  async #givePage(span: SeqSpan): Promise<void> {
    if (this.#current().length === 0) return;
    const { shard, stream, untilSeq } = span;
    const run = await readHistory(this.#port.env, this.#port.projectId(), span);
    this.#skipTo(shard, stream, run ? run.firstSeq : untilSeq);
    for (const some of run ? cutLines(run.lines) : []) {
      this.#give(shard, stream, some);
      if (!(await this.#port.outlet.keepsUp(this.#socket))) return;
    }
  }

  /** Those that the client still wants, in this form. */
  #current(): Subscription[] {
    if (!this.#socket.isOpen) return [];
    return this.#subscriptions.filter(
      (subscription) => this.#socket.subscriptions.get(subscription.name) === subscription,
    );
  }

  /** Where the topics are behind what is live; null where they are not, or nobody wants them any more. */
  #nextSpan(): SeqSpan | null {
    const current = this.#current();
    for (const { shard, stream, nextSeq } of this.#port.feed.positions) {
      const fromSeq = this.#positions.get(shard, stream);
      if (fromSeq < nextSeq && current.some(({ topic }) => carries(topic, stream))) {
        return { shard, stream, fromSeq, untilSeq: nextSeq };
      }
    }
    return null;
  }

  #skipTo(shard: number, stream: Stream, seq: number): void {
    const missing = seq - this.#positions.get(shard, stream);
    if (missing <= 0) return;
    this.#positions.set(shard, stream, seq);
    for (const subscription of this.#carrying(stream)) {
      subscription.dropped += missing;
      this.#unmoved.add(subscription);
    }
  }

  #give(shard: number, stream: Stream, lines: Lines): void {
    this.#positions.set(shard, stream, this.#positions.get(shard, stream) + lines.count);
    const cursor = this.#positions.encode();
    for (const subscription of this.#carrying(stream)) {
      const { filter, name } = subscription;
      const { joined, records } = filter ? selectLines(lines, filter) : joinLines(lines);
      if (records === 0) {
        this.#unmoved.add(subscription);
      } else {
        this.#port.outlet.update(subscription, updateFrame(name, joined, cursor), records);
        this.#unmoved.delete(subscription);
      }
    }
  }

  #carrying(stream: Stream): Subscription[] {
    return this.#current().filter(({ topic }) => carries(topic, stream));
  }

  #goLive(): void {
    const cursor = this.#port.feed.cursor();
    for (const subscription of this.#current()) {
      subscription.replay = null;
      if (this.#unmoved.has(subscription)) {
        this.#port.outlet.update(subscription, updateFrame(subscription.name, '', cursor), 0);
      }
    }
    if (this.#socket.isOpen) this.#socket.save();
  }
}
