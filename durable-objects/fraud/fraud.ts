import type { CookieHistoryQuery, CookieHistoryRows, CookieSample } from '../../src/cookies/index.ts';
import { clockNowMs, type Env, parseConfig } from '../../src/env.ts';
import type {
  Caller,
  CallerRefusal,
  EventInput,
  EventOutcome,
  EventQuery,
  Listed,
  LoginInput,
  LoginOutcome,
  LookupQuery,
  RegisterInput,
  RegisterOutcome,
  ReplayItem,
  RevokeOutcome,
} from '../../src/fraud/calls.ts';
import type { FraudErased, FraudErasure } from '../../src/fraud/erasure.ts';
import { completeSettings, DEFAULT_SETTINGS } from '../../src/fraud/risk/settings.ts';
import { ruleCounts, summaryOf } from '../../src/fraud/summary.ts';
import { resendDelayMs, WATCH_MS } from '../../src/shared/resend-policy.ts';
import type {
  AccountGraph,
  FraudEvent,
  FraudSummary,
  Reference,
  ReferenceType,
  RiskSettings,
  RuleCounts,
  SharedReference,
  Verdict,
} from '../../src/wire/fraud.ts';
import { MeasuredObject } from '../measured-object.ts';
import { applySchemaSteps } from '../schema-steps.ts';
import { applyVerdict, openSession, registerReferences } from './accounts.ts';
import { CLEANUP_INTERVAL_MS, cleanUp } from './cleanup.ts';
import { CookieStore } from './cookie-store.ts';
import { Decider } from './decider.ts';
import { erasePerson } from './eraser.ts';
import { EventStore } from './event-store.ts';
import { MetaStore } from './meta-store.ts';
import { Outbox } from './outbox.ts';
import { OutboxStore } from './outbox-store.ts';
import { ProfileStore } from './profile-store.ts';
import { ProjectKey } from './project-key.ts';
import { judge, type Stores } from './recorder.ts';
import { ReferenceStore } from './reference-store.ts';
import { FRAUD_SCHEMA } from './schema.ts';
import { SessionStore } from './session-store.ts';
import { appendGroup, countRepeat } from './to-journal.ts';

const HOUR_MS = 3_600_000;
/** What the clocks of two machines differ by, as in the journal. */
const MAX_CLOCK_SKEW_MS = 250;

/**
 * Decides on the events of one project's end users: one object each, so that what a score counts is exact wherever its requests arrive. An event is
 * decided and written in one transaction, and then goes to the journal; the answer waits for both (ADR 0010).
 */
export class Fraud extends MeasuredObject {
  readonly #stores: Stores;
  readonly #outboxRows: OutboxStore;
  readonly #outbox: Outbox;
  readonly #decider: Decider;
  readonly #revoked: Map<string, number>;
  #disabled: boolean;
  #settings: RiskSettings;
  #knownProjectId: string | null = null;
  /** By our clock; null when none is armed. */
  #alarmAtMs: number | null = null;

  constructor(ctx: DurableObjectState, bindings: Env) {
    super(ctx, bindings, 'fraud');
    const { env } = this;
    applySchemaSteps(ctx.storage, FRAUD_SCHEMA);
    const { sql } = ctx.storage;
    const meta = new MetaStore(sql);
    const events = new EventStore(sql);
    this.#stores = {
      ...{
        meta,
        events,
        sessions: new SessionStore(sql),
        profiles: new ProfileStore(sql),
        cookies: new CookieStore(ctx.storage),
      },
      ...{ references: new ReferenceStore(sql), key: new ProjectKey(env, meta) },
    };
    this.#outboxRows = new OutboxStore(sql);
    this.#outbox = new Outbox(this.#outboxRows, {
      append: (group, nowMs) => this.#append(group, nowMs),
      events: (seqs) => events.bySeq(seqs),
    });
    this.#decider = new Decider(this.#outbox, {
      refusal: (input) => this.#refusal(input),
      transaction: (work) => ctx.storage.transactionSync(work),
      judge: (input, place) => {
        this.#adopt(input);
        return judge(this.#stores, this.#settings, input, place);
      },
      written: (nowMs) => this.#arm(nowMs + WATCH_MS),
      countRepeat: ({ keyId, nowMs }, batch) => countRepeat(env, this.#projectId(), keyId, batch, nowMs),
    });
    this.#revoked = new Map(meta.revokedKeys().map(({ keyId, fromMs }) => [keyId, fromMs]));
    this.#disabled = meta.meta('disabled') === '1';
    const settings = meta.meta('settings');
    this.#settings = settings === null ? DEFAULT_SETTINGS : completeSettings(JSON.parse(settings));
    // An object that lost its alarm must not forget what it owes the journal.
    if (meta.meta('project_id') !== null) this.#arm(this.#now() + WATCH_MS);
  }

  /** Decides one event and answers when it is durable here and in the journal, or here alone where the journal is away. */
  event(input: EventInput): Promise<EventOutcome> {
    return this.#decider.decide(input);
  }

  login(input: LoginInput): LoginOutcome {
    return this.#change(input, () => openSession(this.#stores, input));
  }

  register(input: RegisterInput): RegisterOutcome {
    return this.#change(input, () => registerReferences(this.#stores, input));
  }

  revoke(input: Caller & { userId: string }): RevokeOutcome {
    return this.#change(input, () => ({
      kind: 'revoked' as const,
      sessions: this.#stores.sessions.revoke(input.userId),
    }));
  }

  /** The same for somebody who is no sender of events. */
  revokeSessions(userId: string): number {
    return this.ctx.storage.transactionSync(() => this.#stores.sessions.revoke(userId));
  }

  events(query: EventQuery): Listed<FraudEvent> {
    return this.#stores.events.list(query);
  }
  findEvent(id: string): FraudEvent | null {
    return this.#stores.events.find(id);
  }

  references(userId: string): Reference[] {
    return this.#stores.references.of(userId);
  }

  lookup(query: LookupQuery): Listed<SharedReference> {
    return this.#stores.references.lookup(query);
  }

  /** The reference of an identifier, which is kept nowhere. */
  referenceOf(projectId: string, type: ReferenceType, text: string): string {
    this.#adopt({ projectId });
    return this.#stores.key.referenceOf(type, text);
  }

  graph(userId: string): AccountGraph {
    return this.#stores.references.graph(userId);
  }

  summary({ fromMs, toMs, nowMs }: { fromMs: number; toMs: number; nowMs: number }): FraudSummary {
    const { meta, events, sessions } = this.#stores;
    const [fromHour, toHour] = [Math.floor(fromMs / HOUR_MS), Math.ceil(toMs / HOUR_MS)];
    this.#outbox.settle();
    const { pending, oldestAtMs } = this.#outboxRows.pending();
    return summaryOf(meta.decisionsByHour(fromHour, toHour), meta.ruleHits(fromHour, toHour), {
      ...{ openReviews: events.openReviews(), sessions: sessions.live(nowMs) },
      outbox: { pending, failures: this.#outbox.failures, oldestPendingAtMs: oldestAtMs },
    });
  }

  /** From the rules, before their change is answered. An older version than the one here changes nothing. */
  configure(settings: RiskSettings): void {
    if (settings.version < this.#settings.version) return;
    this.#stores.meta.setMeta('settings', JSON.stringify(settings));
    this.#settings = completeSettings(settings);
  }

  /** The newest verdict on a user and a device is what later scores know of them; one that comes behind a newer one changes nothing. */
  applyVerdict(said: { eventId: string; verdict: Verdict; atMs: number }): 'applied' | 'unknown_event' {
    return this.ctx.storage.transactionSync(() => applyVerdict(this.#stores, said));
  }

  /** What names a person, in steps (src/fraud/erasure.ts). */
  erase(erasure: FraudErasure): Promise<FraudErased> {
    const port = { stores: this.#stores, outbox: this.#outbox, rows: this.#outboxRows, storage: this.ctx.storage };
    return erasePerson({ ...port, nowMs: () => this.#now() }, erasure);
  }

  eventsForReplay(query: { fromMs: number; toMs: number; cursor: string | null; limit: number }): Listed<ReplayItem> {
    return this.#stores.events.replay(query);
  }

  reviews(query: { status: 'open' | 'decided'; limit: number; cursor: string | null }): Listed<FraudEvent> {
    return this.#stores.events.reviews(query);
  }

  /** Per rule: how often it held, and what reviewers said of the events in which it did. */
  quality(): RuleCounts[] {
    const { meta, events } = this.#stores;
    return ruleCounts(meta.ruleHits(0, Number.MAX_SAFE_INTEGER), events.judgedRules());
  }

  noteCookies(sample: CookieSample): void {
    const nowMs = this.#now();
    const { deviceHash } = sample;
    const deviceRef = deviceHash === null ? null : this.#stores.sessions.deviceOf(deviceHash, nowMs);
    this.#stores.cookies.note(sample, deviceRef);
    this.#arm(nowMs + CLEANUP_INTERVAL_MS);
  }

  cookieHistory(query: CookieHistoryQuery): CookieHistoryRows {
    return this.#stores.cookies.history(query);
  }

  /** As the journal takes it: a key that has ended has ended by every clock. */
  revokeKey(keyId: string, fromMs: number): void {
    const refusedFromMs = fromMs <= this.#now() + MAX_CLOCK_SKEW_MS ? 0 : fromMs;
    this.#stores.meta.revokeKey(keyId, refusedFromMs);
    this.#revoked.set(keyId, Math.min(refusedFromMs, this.#revoked.get(keyId) ?? Number.POSITIVE_INFINITY));
  }

  setDisabled(disabled: boolean): void {
    this.#stores.meta.setMeta('disabled', disabled ? '1' : null);
    this.#disabled = disabled;
  }

  protected override get ownProjectId(): string | null {
    return this.#stores.meta.meta('project_id');
  }

  protected override async rang(): Promise<void> {
    this.#alarmAtMs = null;
    const nowMs = this.#now();
    // Before it too: what is in the journal would be sent again, and counted as a repeat in the ledger.
    this.ctx.storage.transactionSync(() => this.#outbox.settle());
    const isEmpty = await this.#outbox.flush(nowMs);
    this.ctx.storage.transactionSync(() => this.#outbox.settle());
    const cleanedAtMs = Number(this.#stores.meta.meta('cleaned_at_ms') ?? 0);
    let isClean = true;
    if (Math.abs(nowMs - cleanedAtMs) >= CLEANUP_INTERVAL_MS) {
      isClean = this.ctx.storage.transactionSync(() => cleanUp(this.#stores, nowMs));
      if (isClean) this.#stores.meta.setMeta('cleaned_at_ms', String(nowMs));
      this.#stores.key.renew();
    }
    this.#arm(isClean && isEmpty ? nowMs + CLEANUP_INTERVAL_MS : (this.#outbox.retryAtMs ?? nowMs));
  }

  #change<T>(caller: Caller, change: () => T): T | CallerRefusal {
    const refusal = this.#refusal(caller);
    if (refusal) return refusal;
    return this.ctx.storage.transactionSync(() => {
      this.#adopt(caller);
      return change();
    });
  }

  async #append(...[group, nowMs]: Parameters<ConstructorParameters<typeof Outbox>[1]['append']>): Promise<boolean> {
    const isStored = await appendGroup(this.env, this.#projectId(), group, nowMs);
    if (!isStored) this.#arm(nowMs + resendDelayMs(this.#outbox.failures + 1));
    return isStored;
  }

  #refusal({ keyId, nowMs }: Caller): CallerRefusal | null {
    if (this.#disabled) return { kind: 'project_disabled' };
    const fromMs = this.#revoked.get(keyId);
    return fromMs !== undefined && fromMs <= nowMs ? { kind: 'key_revoked' } : null;
  }

  /** An object does not know its name; the first who calls says it. */
  #adopt({ projectId }: Pick<Caller, 'projectId'>): void {
    // Remembered once it was read: what this very transaction writes may be rolled back.
    this.#knownProjectId ??= this.#stores.meta.meta('project_id');
    if (this.#knownProjectId !== null) return;
    this.#stores.meta.setMeta('project_id', projectId);
    this.#arm(this.#now() + CLEANUP_INTERVAL_MS);
  }

  /** For that time, unless an earlier one is armed. Alarms run on the real clock, decisions on ours. */
  #arm(atMs: number): void {
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    void this.ctx.storage.setAlarm(atMs - parseConfig(this.env).clockOffsetMs);
  }

  #now(): number {
    return clockNowMs(parseConfig(this.env));
  }

  #projectId(): string {
    const id = this.#knownProjectId ?? this.#stores.meta.meta('project_id');
    if (id === null) throw new Error('this object has no project yet');
    return id;
  }
}
