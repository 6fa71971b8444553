import { type Wait, within } from './within.ts';

export interface TogetherPort {
  wait: Wait;
  /** Keeps the request that calls it until the work is done, also when its client goes away. */
  waitUntil(work: Promise<unknown>): void;
}

export interface TogetherOptions {
  /** Calls that travel together at most. */
  maxTogether: number;
  /** What the next ones are waited for while calls keep coming: on one thread none comes in while one is under way. */
  pauseMs: number;
  /** Whoever waits longer for the others goes alone: a request that the platform took away never ends. */
  patienceMs: number;
  /** As long as a call may take: whoever travels with one and gives up before says that it failed, though it may be stored. */
  travelMs: number;
}

export const TOGETHER: TogetherOptions = { maxTogether: 64, pauseMs: 1, patienceMs: 2_000, travelMs: 10_000 };

/** The answer to a call that failed where it went, and which is no reason for those beside it to fail. */
export interface Fault {
  kind: 'fault';
  cause: string;
}

/** For the object that is called: what one of its calls comes to. */
export function orFault<Answer>(answer: () => Answer): Answer | Fault {
  try {
    return answer();
  } catch (cause) {
    return { kind: 'fault', cause: String(cause) };
  }
}

/** What is sent together: one call, answered one by one, in their order. */
export type Send<Call, Answer> = (calls: Call[]) => Promise<(Answer | Fault)[]>;

type Turn<Answer> =
  | { kind: 'lead' }
  | { kind: 'answered'; answer: Answer | Fault }
  | { kind: 'failed'; cause: unknown };

interface Waiting<Call, Answer> {
  call: Call;
  turn: (turn: Turn<Answer>) => void;
}

/** Those that wait while a call is under way. */
type Lane<Call, Answer> = Waiting<Call, Answer>[];

/**
 * Calls to one object that come while another is under way travel together: as fast as one when it is quiet, and when it is not, one call and one commit
 * for many. Each keeps its own answer, so nothing but the number of calls changes. The first goes at once; when its answer is there, the first of those
 * that waited leads the rest, in its own request: a request may not use what belongs to another one.
 */
export class Together<Call, Answer extends { kind: string }> {
  readonly #port: TogetherPort;
  readonly #options: TogetherOptions;
  readonly #lanes = new Map<string, Lane<Call, Answer>>();

  constructor(port: TogetherPort, options: TogetherOptions) {
    this.#port = port;
    this.#options = options;
  }

  /** Rejects with what `send` rejects with, as all that travelled with it; and where its own answer is a fault. */
  call(key: string, call: Call, send: Send<Call, Answer>): Promise<Answer> {
    const work = this.#call(key, call, send).then(settled<Answer>);
    // A client that goes away must not take the calls of others with it. Who called hears of a failure; here nobody listens.
    this.#port.waitUntil(work.catch(() => undefined));
    return work;
  }

  async #call(key: string, call: Call, send: Send<Call, Answer>): Promise<Answer | Fault> {
    const lane = this.#lanes.get(key);
    if (lane === undefined) {
      const opened: Lane<Call, Answer> = [];
      this.#lanes.set(key, opened);
      return this.#fly(key, opened, [], call, send);
    }
    const turn = await this.#turnIn(key, lane, call);
    if (turn.kind === 'answered') return turn.answer;
    if (turn.kind === 'failed') throw turn.cause;
    await this.#port.wait(this.#options.pauseMs);
    return this.#fly(key, lane, lane.splice(0, this.#options.maxTogether - 1), call, send);
  }

  /** Waits its turn; after that for the answer, where it travels already and must not be sent twice. */
  async #turnIn(key: string, lane: Lane<Call, Answer>, call: Call): Promise<Turn<Answer>> {
    const { promise, resolve } = Promise.withResolvers<Turn<Answer>>();
    const waiting = { call, turn: resolve };
    lane.push(waiting);
    const turn = await within(this.#options.patienceMs, promise, this.#port.wait);
    if (turn !== null) return turn;
    // Whoever comes from now on waits for nobody of this lane.
    if (this.#lanes.get(key) === lane) this.#lanes.delete(key);
    const at = lane.indexOf(waiting);
    if (at < 0) {
      const late = await within(this.#options.travelMs, promise, this.#port.wait);
      return late ?? { kind: 'failed', cause: new Error('no answer in time') };
    }
    lane.splice(at, 1);
    return { kind: 'lead' };
  }

  async #fly(
    key: string,
    lane: Lane<Call, Answer>,
    others: readonly Waiting<Call, Answer>[],
    call: Call,
    send: Send<Call, Answer>,
  ): Promise<Answer | Fault> {
    try {
      const [own, ...answers] = await send([call, ...others.map((other) => other.call)]);
      for (const [i, { turn }] of others.entries()) turn({ kind: 'answered', answer: answers[i] as Answer | Fault });
      return own as Answer | Fault;
    } catch (cause) {
      for (const { turn } of others) turn({ kind: 'failed', cause });
      throw cause;
    } finally {
      const next = lane.shift();
      if (next) next.turn({ kind: 'lead' });
      else if (this.#lanes.get(key) === lane) this.#lanes.delete(key);
    }
  }
}

function settled<Answer extends { kind: string }>(answer: Answer | Fault): Answer {
  if (isFault(answer)) throw new Error(answer.cause);
  return answer;
}

function isFault(answer: { kind: string }): answer is Fault {
  return answer.kind === 'fault';
}
