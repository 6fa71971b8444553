import { areRulesFresh, type Edge, knownRules, rulesOf } from '../../src/edge/index.ts';
import type { Env } from '../../src/env.ts';
import type { HubSocket } from './sockets.ts';

/**
 * By which browser and rules the records of each socket are shaped. A frame cannot wait for the limiter, so one that comes after the rules have grown
 * old starts the question and goes by what is known.
 */
export class HubEdges {
  readonly #env: Env;
  readonly #projectId: () => string;
  readonly #nowMs: () => number;
  readonly #edges = new WeakMap<HubSocket, Edge>();
  #asking = false;

  constructor(env: Env, projectId: () => string, nowMs: () => number) {
    this.#env = env;
    this.#projectId = projectId;
    this.#nowMs = nowMs;
  }

  /** Before the first frame of this instance. */
  async load(): Promise<void> {
    const ctx = { env: this.#env, nowMs: this.#nowMs(), requestId: 'socket', allowances: [] };
    this.#asking = true;
    try {
      await rulesOf(ctx, this.#projectId());
    } finally {
      this.#asking = false;
    }
  }

  of(socket: HubSocket): Edge {
    if (!this.#asking && !areRulesFresh(this.#projectId(), this.#nowMs())) void this.load();
    const rules = knownRules(this.#projectId());
    const known = this.#edges.get(socket);
    if (known?.rules === rules) return known;
    const edge = { browser: socket.identity.browser ?? null, rules };
    this.#edges.set(socket, edge);
    return edge;
  }
}
