import { renderBody } from '../../src/delivery/body/render-body.ts';
import type {
  DeliveryErasure,
  DeliveryQuery,
  DestinationCalls,
  DestinationConfig,
  Enqueued,
  ErasedDeliveries,
  Receipt,
  ReplayOutcome,
  ReplaySelection,
} from '../../src/delivery/calls.ts';
import { DestinationResolver, dohLookUp } from '../../src/delivery/dns/index.ts';
import { isCleanupDue, type Wants } from '../../src/delivery/queue/wake.ts';
import { explained } from '../../src/delivery/queue/why.ts';
import { shouldWarm } from '../../src/delivery/warm/decide.ts';
import { type Env, parseConfig } from '../../src/env.ts';
import { announceHealth } from '../../src/live/index.ts';
import { err, ok } from '../../src/shared/result.ts';
import type {
  Attempt,
  BreakerAction,
  BreakerTransition,
  Delivery,
  DeliveryDetail,
  DeliveryEvent,
  DestinationHealth,
} from '../../src/wire/delivery.ts';
import { MeasuredObject } from '../measured-object.ts';
import { applySchemaSteps } from '../schema-steps.ts';
import { Announcer } from './announcer.ts';
import { AttemptStore } from './attempt-store.ts';
import { Cleaner } from './cleanup.ts';
import { Courier } from './courier.ts';
import { DeliveryStore } from './delivery-store.ts';
import { Dispatcher, type Stores } from './dispatcher.ts';
import { eraseDeliveries } from './erase-store.ts';
import { queueGauges } from './gauges.ts';
import { healthOf } from './health.ts';
import { MetaStore } from './meta-store.ts';
import { receiptsOf } from './receipt-store.ts';
import { Receiver } from './receiver.ts';
import { replay } from './replay.ts';
import { DESTINATION_SCHEMA } from './schema.ts';
import { Waker } from './waker.ts';

/**
 * Delivers to one webhook receiver: holds its queue, its breaker and its DNS record (ADR 20). What was taken in is delivered at least once, whatever dies:
 * an event, the start and the end of each attempt are committed before anybody hears of them, and an alarm looks after what was begun.
 */
export class Destination extends MeasuredObject implements DestinationCalls {
  readonly #stores: Stores;
  #receiver: Receiver;
  #dispatcher: Dispatcher;
  readonly #resolver: DestinationResolver;
  readonly #courier: Courier;
  readonly #waker: Waker;
  readonly #announcer: Announcer;
  readonly #cleaner: Cleaner;
  #isPrefetching = false;
  #savedNames: unknown = null;
  readonly #explained = (delivery: Delivery): Delivery => explained(delivery, this.#dispatcher.holds, this.now());

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, 'destination');
    applySchemaSteps(ctx.storage, DESTINATION_SCHEMA);
    const { sql } = ctx.storage;
    const config = parseConfig(env);
    const nowMs = () => this.now();
    const meta = new MetaStore(sql);
    this.#stores = { meta, deliveries: new DeliveryStore(sql), attempts: new AttemptStore(sql) };
    const dns = meta.meta('dns');
    const lookUp = dohLookUp(config.dnsResolverUrl, (...request) => fetch(...request));
    this.#resolver = new DestinationResolver({ lookUp, nowMs }, dns === null ? null : JSON.parse(dns));
    this.#courier = new Courier({
      ...{ resolver: this.#resolver, config, nowMs, fetch: (...request) => fetch(...request) },
      // The host of the request that set the URL was checked then: unlike what a name leads to, a text does not change by itself.
      rules: { environment: config.environment, ownHosts: config.publicHosts },
    });
    this.#waker = new Waker({
      setAlarm: (atMs) => void ctx.storage.setAlarm(atMs - config.clockOffsetMs),
      wake: () => this.#goOn(),
    });
    this.#announcer = new Announcer({
      announce: (change) => announceHealth(this.env, this.#configured().projectId, [change], this.now()),
      destinationId: () => this.#dispatcher.config?.destinationId ?? null,
      deadLetters: () => this.#stores.deliveries.counts.deadLetters,
    });
    this.#cleaner = new Cleaner(this.#stores, this.now());
    this.#receiver = new Receiver(meta, this.now());
    this.#dispatcher = this.#newDispatcher();
    // An object that lost its alarm must not forget what it owes.
    if (this.#dispatcher.config !== null) this.#arm();
  }

  /** From the register, before a change is answered. */
  configure(config: DestinationConfig): void {
    this.#transaction(() => {
      this.#dispatcher.configure(config);
      this.#cleaner.begin(this.now());
    });
    this.#dispatcher.pump();
  }

  enqueue(events: DeliveryEvent[]): Enqueued | { kind: 'not_configured' } {
    const { config } = this.#dispatcher;
    if (config === null) return { kind: 'not_configured' };
    const nowMs = this.now();
    const accepted = this.#transaction(
      () => events.filter((event) => this.#stores.deliveries.insert(event, nowMs, config.ordered)).length,
    );
    this.#dispatcher.pump();
    return { accepted, repeated: events.length - accepted };
  }

  async sendTest(event: DeliveryEvent): Promise<Attempt> {
    const config = this.#configured();
    await this.#dispatcher.test(config, event);
    const attempt = this.find(`${config.destinationId}-${event.id}`)?.log.at(-1);
    if (!attempt) throw new Error('this destination was deleted under its test');
    return attempt;
  }

  list(query: DeliveryQuery): { items: Delivery[]; nextCursor: string | null } {
    const { config } = this.#dispatcher;
    if (config === null) return { items: [], nextCursor: null };
    const { items, nextCursor } = this.#stores.deliveries.list(query, config.destinationId);
    return { items: items.map((delivery) => this.#explained(delivery)), nextCursor };
  }

  find(id: string): DeliveryDetail | null {
    const eventId = this.#eventIdOf(id);
    const found = eventId === null ? null : this.#stores.deliveries.find(eventId, this.#configured().destinationId);
    return (
      found && { ...this.#explained(found.delivery), event: found.event, log: this.#stores.attempts.log(found.seq) }
    );
  }

  receipts(eventIds: string[]): Receipt[] {
    return receiptsOf(this.ctx.storage.sql, eventIds);
  }

  replay(selection: ReplaySelection): ReplayOutcome {
    const { config } = this.#dispatcher;
    if (config === null) return { kind: 'not_found' };
    const eventIdOf = (id: string) => this.#eventIdOf(id);
    const outcome = this.#transaction(() =>
      replay(this.#stores.deliveries, selection, eventIdOf, config.ordered, this.now()),
    );
    this.#announcer.deadLettersChanged();
    this.#dispatcher.pump();
    return outcome;
  }

  act(action: BreakerAction, by: string): void {
    this.#transaction(() => this.#dispatcher.act(this.#configured(), action, by));
    this.#dispatcher.pump();
  }

  transitions(limit: number): BreakerTransition[] {
    return this.#stores.meta.transitions(limit);
  }

  health(): DestinationHealth {
    const [receiver, dispatcher, resolver] = [this.#receiver, this.#dispatcher, this.#resolver];
    const { deliveries } = this.#stores;
    const parts = { receiver, dispatcher, resolver, deliveries, sql: this.ctx.storage.sql };
    return healthOf({ ...parts, config: this.#configured(), lastWarmAtMs: this.#warmAtMs() }, this.now());
  }

  erase(erasure: DeliveryErasure): ErasedDeliveries {
    const work = () => eraseDeliveries(this.ctx.storage.sql, this.#stores.deliveries, erasure, this.now());
    const erased = this.#transaction(work);
    // What waited behind one that is gone goes now.
    if (this.#dispatcher.config !== null) this.#dispatcher.pump();
    return erased;
  }

  async warm(): Promise<void> {
    const config = this.#configured();
    const nowMs = this.now();
    const [{ disabledReason, lastAttemptAtMs }, lastWarmAtMs] = [this.#dispatcher, this.#warmAtMs()];
    const { state } = this.#receiver.breaker.look(config.breaker, nowMs);
    const facts = { warmProbe: config.warmProbe, disabled: disabledReason !== null, breaker: state };
    const isWanted = shouldWarm({ ...facts, lastAttemptAtMs, lastWarmAtMs }, nowMs);
    const isOpened = await this.#courier.warm(config, isWanted);
    if (this.#dispatcher.config === null) return;
    if (isOpened) this.#stores.meta.setMeta('warm_at_ms', String(this.now()));
    this.#arm();
  }

  async remove(): Promise<void> {
    this.#dispatcher.abandon();
    this.#waker.stop();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#stores.deliveries.counts.changed();
    applySchemaSteps(this.ctx.storage, DESTINATION_SCHEMA); // whoever still has its id finds an object that nobody has told what it is
    this.#receiver = new Receiver(this.#stores.meta, this.now());
    this.#dispatcher = this.#newDispatcher();
  }

  protected override get ownProjectId(): string | null {
    return this.#dispatcher.config?.projectId ?? null;
  }

  protected override async rang(): Promise<void> {
    this.#waker.alarmed();
    if (this.#dispatcher.config === null) return;
    this.#dispatcher.recover();
    this.#transaction(() => {
      this.#saveNames();
      const isClean = isCleanupDue(this.#wants()) && this.#cleaner.run(this.ctx.storage.sql.databaseSize, this.now());
      if (isClean) this.#dispatcher.book.forgotten();
    });
    this.#goOn();
  }

  protected override gauges() {
    return queueGauges(this.#dispatcher.config, this.#stores.deliveries.counts, this.now());
  }

  /** What is due: names first, because what is asked for while others are sent costs nobody a wait. */
  #goOn(): void {
    const dueAtMs = this.#isPrefetching ? null : this.#resolver.nextPrefetchAtMs();
    if (dueAtMs !== null && dueAtMs <= this.now()) void this.#prefetch();
    this.#dispatcher.pump();
  }

  async #prefetch(): Promise<void> {
    this.#isPrefetching = true;
    try {
      await this.#resolver.prefetch();
    } finally {
      this.#isPrefetching = false;
    }
    this.#saveNames();
    this.#arm();
  }

  /** Not with each check, of which it counts: a write for every attempt would buy a count that outlives a crash. */
  #saveNames(): void {
    const names = this.#resolver.saved();
    if (names === this.#savedNames || this.#dispatcher.config === null) return;
    this.#savedNames = names;
    this.#stores.meta.setMeta('dns', JSON.stringify(names));
  }

  #newDispatcher(): Dispatcher {
    return new Dispatcher(this.#stores, this.#receiver, {
      nowMs: () => this.now(),
      transaction: (work) => this.#transaction(work),
      render: (config, event) => {
        const rendered = renderBody(config, event);
        return rendered.ok ? ok(rendered.value) : err(rendered.error.reason);
      },
      attempt: (flight) => this.#courier.attempt(flight),
      arm: () => this.#arm(),
      moved: (transition) => this.#announcer.moved(transition),
      deadLettersChanged: () => this.#announcer.deadLettersChanged(),
    });
  }

  #wants(): Wants {
    const dnsAtMs = this.#isPrefetching ? null : this.#resolver.nextPrefetchAtMs();
    const { inFlight, queueAtMs, book } = this.#dispatcher;
    const [{ cleanedAtMs }, nowMs] = [this.#cleaner, this.now()];
    return { nowMs, inFlight, queueAtMs, dnsAtMs, cleanedAtMs, endsSinceCleanup: book.ends };
  }

  #warmAtMs(): number | null {
    const stored = this.#stores.meta.meta('warm_at_ms');
    return stored === null ? null : Number(stored);
  }

  #arm(): void {
    if (this.#dispatcher.config !== null) this.#waker.want(this.#wants());
  }

  /** What fails may have left memory ahead of what is written: the next instance starts from that. */
  #transaction<T>(work: () => T): T {
    try {
      return this.ctx.storage.transactionSync(work);
    } catch (cause) {
      this.ctx.abort(String(cause));
      throw cause;
    }
  }

  #eventIdOf(id: string): string | null {
    const prefix = `${this.#dispatcher.config?.destinationId}-`;
    return id.startsWith(prefix) ? id.slice(prefix.length) : null;
  }

  #configured(): DestinationConfig {
    const { config } = this.#dispatcher;
    if (config === null) throw new Error('nobody has told this object what it is');
    return config;
  }
}
