import type { Granted } from '../../src/delivery/breaker/types.ts';
import type { DestinationConfig } from '../../src/delivery/calls.ts';
import { inWindow, type Timing } from '../../src/delivery/queue/health.ts';
import { nextStep } from '../../src/delivery/queue/next-step.ts';
import { paceAtMs } from '../../src/delivery/queue/pace.ts';
import { isResealed } from '../../src/delivery/queue/resealed.ts';
import type { Holds } from '../../src/delivery/queue/why.ts';
import { MAX_WAIT_MS } from '../../src/delivery/retry/schedule.ts';
import type { Result } from '../../src/shared/result.ts';
import type { BreakerAction, BreakerTransition, DeliveryEvent } from '../../src/wire/delivery.ts';
import type { AttemptStore } from './attempt-store.ts';
import { type Begun, Book, type Landing, ofFormerReceiver } from './book.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { MetaStore } from './meta-store.ts';
import { kindOf, type Receiver, sentBy } from './receiver.ts';

/** Deliveries that cannot be sent (their template fails) in one turn; the rest comes in the next. */
const UNSENT_PER_TURN = 100;

export interface Rendered {
  body: string;
  contentType: string;
}

/** An attempt that is under way. */
export interface Flight extends Begun, Rendered {
  /** Null for a test, which asks nobody. */
  permit: Granted | null;
  timeoutMs: number;
  config: DestinationConfig;
}

export interface DispatcherPort {
  nowMs(): number;
  /** A failed one must end this instance: what is in memory may be ahead of what is written. */
  transaction<T>(work: () => T): T;
  /** What is sent of an event, in the form of the destination. */
  render(config: DestinationConfig, event: DeliveryEvent): Result<Rendered, string>;
  /** One try, from the name of the host to the end of the answer. Must not throw. */
  attempt(flight: Flight): Promise<Landing>;
  /** At the end of each turn: what has to happen next. */
  arm(): void;
  /** Of the breaker, which is written by then. */
  moved(transition: BreakerTransition): void;
  deadLettersChanged(): void;
}

export interface Stores {
  meta: MetaStore;
  deliveries: DeliveryStore;
  attempts: AttemptStore;
}

/**
 * Takes from the queue what may go, and writes what became of it. Each decision is made in one synchronous turn, with all that it rests on, and is
 * committed before anything leaves the object: the output gate holds a request back until then.
 */
export class Dispatcher {
  readonly book: Book;
  readonly #stores: Stores;
  readonly #port: DispatcherPort;
  readonly #receiver: Receiver;
  /** By the number of the delivery. */
  readonly #flights = new Map<number, Flight>();
  #config: DestinationConfig | null;
  #goneAtMs: number | null;
  #lastAtMs: number | null;
  #timings: Timing[] = [];
  #heldAtMs = 0;
  #heldUntilMs = 0;
  #queueAtMs: number | null = null;

  constructor(stores: Stores, receiver: Receiver, port: DispatcherPort) {
    this.#stores = stores;
    this.#receiver = receiver;
    this.#port = port;
    this.book = new Book(stores.deliveries, stores.attempts, receiver);
    const [config, gone] = [stores.meta.meta('config'), stores.meta.meta('gone_at_ms')];
    this.#config = config === null ? null : JSON.parse(config);
    this.#goneAtMs = gone === null ? null : Number(gone);
    this.#lastAtMs = stores.attempts.lastAtMs();
    if (this.#config === null) return;
    const { windowCalls, windowMs } = this.#config.breaker;
    this.#timings = stores.attempts.durations(windowCalls, port.nowMs() - windowMs);
    // The probes of the instance before are gone, and their places free.
    receiver.breaker.restart();
    this.recover();
    this.#queueAtMs = stores.deliveries.dueAtMs();
  }

  get config(): DestinationConfig | null {
    return this.#config;
  }

  get disabledReason(): 'by_hand' | 'gone' | null {
    if (this.#config?.disabled) return 'by_hand';
    return this.#goneAtMs === null ? null : 'gone';
  }

  /** What keeps the whole queue waiting, whatever is due. */
  get holds(): Holds {
    const { disabledReason } = this;
    return {
      disabledReason,
      pausedUntilMs: this.#receiver.pausedUntilMs(this.#port.nowMs()),
      heldUntilMs: this.#heldUntilMs,
    };
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  get lastAttemptAtMs(): number | null {
    return this.#lastAtMs;
  }

  /** When the queue goes on by itself; null where only what happens changes that. */
  get queueAtMs(): number | null {
    return this.#queueAtMs;
  }

  timings({ windowCalls, windowMs }: DestinationConfig['breaker'], nowMs: number): Timing[] {
    return inWindow(this.#timings, windowCalls, nowMs - windowMs);
  }

  /** In a transaction. A newer one tries again what was gone: whoever changes a destination wants it to be used. */
  configure(config: DestinationConfig): void {
    const before = this.#config;
    if (before !== null && config.version <= before.version) return;
    const isDecided = before === null || !isResealed(before, config);
    const [nowMs, { deliveries, meta }] = [this.#port.nowMs(), this.#stores];
    // Another receiver did not ask for the pause of this one.
    if (before !== null && config.url !== before.url) this.#receiver.resume();
    // What failed as it was sent before is sent otherwise now, and need not wait out its next hours.
    if (before !== null && isDecided && sentBy(config) !== sentBy(before)) deliveries.pullBack(nowMs, 0);
    this.#config = config;
    this.#heldUntilMs = 0;
    meta.setMeta('config', JSON.stringify(config));
    if (isDecided) this.#setGone(null);
    this.#receiver.save();
    if (config.ordered !== (before?.ordered ?? false)) deliveries.setOrdered(config.ordered, nowMs);
  }

  /** In a transaction. Who closes it by hand wants what waits to go, whatever the receiver asked for. */
  act(config: DestinationConfig, action: BreakerAction, by: string): void {
    this.#heldUntilMs = 0;
    if (action === 'close') this.#receiver.resume();
    const transition = this.#receiver.breaker.act(config.breaker, action, by, this.#port.nowMs());
    this.#note(transition);
    this.#receiver.save();
  }

  /** Makes again what an instance that died, or that could not write, left without an end. */
  recover(): void {
    const isUnderWay = (seq: number) => this.#flights.has(seq);
    this.#port.transaction(() => {
      const nowMs = this.#port.nowMs();
      this.book.recover(isUnderWay, this.#config?.ordered ?? false, nowMs);
      // Longer than anything may wait: told by a clock that was set back since.
      this.#stores.deliveries.pullBack(nowMs, MAX_WAIT_MS);
      this.#receiver.save();
    });
  }

  /** Starts what may start. */
  pump(): void {
    const flights: Flight[] = [];
    this.#port.transaction(() => {
      this.#queueAtMs = this.#takeDue(flights);
      this.#receiver.save();
    });
    for (const flight of flights) this.#flights.set(flight.delivery.seq, flight);
    this.#port.arm();
    for (const flight of flights) void this.#fly(flight);
  }

  /** One attempt past queue, pace and breaker, which hear nothing of it. */
  async test(config: DestinationConfig, event: DeliveryEvent): Promise<void> {
    const nowMs = this.#port.nowMs();
    const rendered = this.#port.render(config, event);
    const flight = this.#port.transaction(() => {
      const delivery = this.#stores.deliveries.insertTest(event, nowMs);
      if (!rendered.ok) this.book.unsent(delivery, 'test', config, rendered.error, nowMs);
      return rendered.ok ? this.#start(delivery, config, null, rendered.value, nowMs) : null;
    });
    if (flight === null) return;
    this.#flights.set(flight.delivery.seq, flight);
    this.#port.arm();
    await this.#fly(flight);
  }

  /** Whatever is under way lands nowhere: the destination was deleted. */
  abandon(): void {
    this.#flights.clear();
    this.#config = null;
    this.#queueAtMs = null;
  }

  /** Until when the queue waits; null where only what happens changes that. */
  #takeDue(flights: Flight[]): number | null {
    const config = this.#config;
    if (config === null) return null;
    const nowMs = this.#port.nowMs();
    // Told by a clock that was set back since.
    if (nowMs < this.#heldAtMs) this.#heldUntilMs = 0;
    for (let unsent = 0; unsent < UNSENT_PER_TURN; ) {
      const step = nextStep({
        ...{ nowMs, disabled: this.disabledReason !== null, inFlight: this.#queueFlights() + flights.length },
        ...{ throttledUntilMs: this.#receiver.pausedUntilMs(nowMs), heldUntilMs: this.#heldUntilMs },
        paceAtMs: paceAtMs(this.#lastAtMs, config.maxPerSecond, nowMs),
        dueAtMs: this.#stores.deliveries.dueAtMs(),
      });
      if (step.kind === 'wait') return step.untilMs;
      const delivery = this.#stores.deliveries.firstDue(nowMs);
      if (delivery === null) return null;
      const rendered = this.#port.render(config, delivery.event);
      if (!rendered.ok) {
        this.book.unsent(delivery, 'normal', config, rendered.error, nowMs);
        unsent++;
        continue;
      }
      const { permit, transition } = this.#receiver.breaker.ask(config.breaker, nowMs);
      this.#note(transition);
      if (permit.kind === 'wait') {
        this.#heldAtMs = nowMs;
        this.#heldUntilMs = permit.untilMs ?? Number.POSITIVE_INFINITY;
        return permit.untilMs;
      }
      if (delivery.retries === null) this.#receiver.earn(nowMs);
      flights.push(this.#start(delivery, config, permit, rendered.value, nowMs));
      this.#lastAtMs = nowMs;
    }
    return nowMs;
  }

  #queueFlights(): number {
    let flights = 0;
    for (const { kind } of this.#flights.values()) if (kind !== 'test') flights++;
    return flights;
  }

  #start(
    delivery: Begun['delivery'],
    config: DestinationConfig,
    permit: Granted | null,
    rendered: Rendered,
    nowMs: number,
  ): Flight {
    const kind = permit === null ? 'test' : kindOf(permit);
    const begun = this.book.begin(delivery, kind, nowMs, { url: config.url, body: rendered.body });
    const timeoutMs = permit?.kind === 'trickle' ? Math.min(permit.timeoutMs, config.timeoutMs) : config.timeoutMs;
    return { ...begun, ...rendered, permit, timeoutMs, config };
  }

  async #fly(flight: Flight): Promise<void> {
    const landing = await this.#port.attempt(flight);
    const { seq } = flight.delivery;
    if (this.#flights.get(seq) !== flight) return;
    this.#flights.delete(seq);
    const isElsewhere = this.#config !== null && this.#config.url !== flight.config.url;
    this.#port.transaction(() => this.#land(flight, isElsewhere ? ofFormerReceiver(landing) : landing));
    this.pump();
  }

  #land(flight: Flight, landing: Landing): void {
    const { permit, config, atMs } = flight;
    const nowMs = this.#port.nowMs();
    const { verdict, fate } = this.book.end(flight, landing, this.#config?.ordered ?? false, nowMs);
    if (fate.kind === 'dead') {
      if (fate.isGone) this.#setGone(nowMs);
      this.#port.deadLettersChanged();
    }
    if (verdict.pauseMs > 0 && permit !== null) this.#receiver.pause(nowMs + verdict.pauseMs, nowMs);
    // A probe that never went out proved nothing, and its place must come free.
    const counts = verdict.counts ?? (permit?.kind === 'probe' ? 'failed' : null);
    if (permit !== null && counts !== null) {
      const { durationMs } = landing;
      this.#timings.push({ atMs, durationMs });
      if (this.#timings.length > 2 * config.breaker.windowCalls) this.#timings = this.timings(config.breaker, nowMs);
      const result = { failed: counts === 'failed', durationMs };
      const transition = this.#receiver.breaker.settle(config.breaker, permit, result, nowMs);
      this.#note(transition);
      this.#heldUntilMs = 0;
    }
    this.#receiver.save();
  }

  #note(transition: BreakerTransition | null): void {
    if (transition === null) return;
    this.#stores.meta.addTransition(transition);
    this.#port.moved(transition);
  }

  #setGone(atMs: number | null): void {
    if (this.#goneAtMs === atMs) return;
    this.#goneAtMs = atMs;
    this.#stores.meta.setMeta('gone_at_ms', atMs === null ? null : String(atMs));
  }
}
