import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../cli/client.ts';
import { CliError } from '../../cli/exit.ts';
import { Latencies } from './latencies.ts';
import { Pace } from './pace.ts';

/** More at once would measure a queue of ours. */
const LANES = 8;
const WINDOW_MS = 5 * 60_000;

export interface SearchOptions {
  client: Client;
  run: string;
  perSecond: number;
  untilMs: number;
  signal: AbortSignal;
}

/** What people and dashboards ask while records come in: the newest errors, a word, a histogram, facets of the last minutes. */
export class Searcher {
  readonly latencies = new Latencies();
  readonly failures: Record<string, number> = {};
  readonly #options: SearchOptions;
  #serial = 0;

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { perSecond } = this.#options;
    if (perSecond === 0) return;
    const pace = new Pace(performance.now(), perSecond);
    await Promise.all(Array.from({ length: LANES }, () => this.#lane(pace)));
  }

  async #lane(pace: Pace): Promise<void> {
    const { untilMs, signal, client } = this.#options;
    for (;;) {
      const dueMs = pace.next(performance.now());
      if (signal.aborted || dueMs >= untilMs) return;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined); // only the signal ends it early
      if (signal.aborted) return;
      const { path, query } = this.#question();
      try {
        await client.call('GET', path, { query: { ...query, project: client.projectId }, once: true });
        this.latencies.add(performance.now() - dueMs);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        this.failures[error.message] = (this.failures[error.message] ?? 0) + 1;
      }
    }
  }

  #question(): { path: string; query: Record<string, string | number> } {
    const from = Date.now() - WINDOW_MS;
    const mine = `attrs.run:${this.#options.run}`;
    switch (this.#serial++ % 4) {
      case 0:
        return { path: '/api/query/logs', query: { from, q: `level:>=error AND ${mine}`, limit: 100 } };
      case 1:
        return { path: '/api/query/logs', query: { from, q: `wagers settled AND ${mine}`, limit: 100 } };
      case 2:
        return { path: '/api/query/logs/histogram', query: { from, q: 'level:error' } };
      default:
        return { path: '/api/query/logs/facets', query: { from, fields: 'level,service' } };
    }
  }
}
