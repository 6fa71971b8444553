import type { Client } from '../../cli/client.ts';
import { follow } from '../../cli/live/follow.ts';
import { Latencies } from './latencies.ts';

export interface FollowOptions {
  client: Client;
  run: string;
  sockets: number;
}

/** Sockets that follow all records of the run, and count what they see. */
export class Followers {
  /** From the time in the record, which is that of its making here, to its arrival here. */
  readonly latencies = new Latencies();
  readonly seen: number[];
  /** Records that the server said it left out, because a socket was read too slowly. */
  dropped = 0;
  reconnects = 0;
  readonly #options: FollowOptions;
  readonly #stop = new AbortController();
  #ended: Promise<unknown> = Promise.resolve();

  constructor(options: FollowOptions) {
    this.#options = options;
    this.seen = Array.from({ length: options.sockets }, () => 0);
  }

  /** Resolves when all are subscribed: what is sent from then on is theirs. Throws a CliError where one cannot be. */
  async start(): Promise<void> {
    const all = this.seen.map((_, at) => this.#one(at));
    this.#ended = Promise.all(all.map(({ ended }) => ended));
    await Promise.race([Promise.all(all.map(({ subscribed }) => subscribed)), this.#ended]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  #one(at: number) {
    const { client, run } = this.#options;
    const { promise: subscribed, resolve } = Promise.withResolvers<void>();
    const ended = follow({
      ...{ client, topic: 'logs', filter: `attrs.run:${run}`, since: null },
      signal: AbortSignal.any([client.signal, this.#stop.signal]),
      onSubscribed: () => resolve(),
      onRecords: (records, dropped) => {
        const nowMs = Date.now();
        this.seen[at] = (this.seen[at] ?? 0) + records.length;
        this.dropped += dropped;
        for (const { ts } of records) this.latencies.add(nowMs - ts);
      },
      onLost: () => {
        this.reconnects++;
      },
      onGap: () => {
        this.reconnects++;
      },
    });
    return { subscribed, ended };
  }
}
