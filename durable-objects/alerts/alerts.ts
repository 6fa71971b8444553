import type { Acknowledgement, AlertSettings, AlertsCalls, FiringQuery } from '../../src/alerts/calls.ts';
import { windowBuckets } from '../../src/alerts/counting/buckets.ts';
import { type Evaluation, evaluate } from '../../src/alerts/evaluate/index.ts';
import type { ToldProject } from '../../src/alerts/event.ts';
import { latestDueMs, MIN_PAUSE_MS, nextDueMs } from '../../src/alerts/schedule.ts';
import { firingOf, quietOf } from '../../src/alerts/state/index.ts';
import { statusOf, worstValue } from '../../src/alerts/status.ts';
import { type Ctx, clockNowMs, type Env, parseConfig } from '../../src/env.ts';
import { allShards, journalFor, type Publication } from '../../src/journal/index.ts';
import { announceHealth } from '../../src/live/index.ts';
import { metered } from '../../src/query/index.ts';
import { WATCH_MS } from '../../src/shared/resend-policy.ts';
import type { Firing, RuleStatus } from '../../src/wire/alerts.ts';
import { MeasuredObject } from '../measured-object.ts';
import { applySchemaSteps } from '../schema-steps.ts';
import { Decider, type Decision } from './decider.ts';
import { Destinations } from './destinations.ts';
import { Evaluator, RULES_PER_ALARM } from './evaluator.ts';
import { type Counted, Feed } from './feed.ts';
import { Outbox } from './outbox.ts';
import { Recorder } from './recorder.ts';
import { type Entry, Rulebook } from './rulebook.ts';
import { ALERTS_SCHEMA } from './schema.ts';
import { CountStore } from './stores/count-store.ts';
import { FiringStore } from './stores/firing-store.ts';
import { OutboxStore } from './stores/outbox-store.ts';
import { SettingsStore } from './stores/settings-store.ts';

const DAY_MS = 24 * 3_600_000;
const CLEANUP_INTERVAL_MS = 3_600_000;
const FIRINGS_KEPT_MS = 90 * DAY_MS;
const FIRINGS_KEPT = 10_000;

/**
 * Decides which rules of one project fire, and sees to it that their destinations are told: one object each. It goes by its copy of the settings, counts
 * records as journals publish them (ADR 0022), evaluates the rest by alarm, and writes a firing and the notices of it in one transaction.
 */
export class Alerts extends MeasuredObject implements AlertsCalls {
  readonly #settings: SettingsStore;
  readonly #firings: FiringStore;
  readonly #counts: CountStore;
  readonly #rulebook: Rulebook;
  readonly #destinations: Destinations;
  readonly #outbox: Outbox;
  readonly #decider: Decider;
  readonly #recorder: Recorder;
  readonly #feed: Feed;
  readonly #evaluator: Evaluator;
  #disabled: boolean;
  /** By our clock; null when none is armed. */
  #alarmAtMs: number | null = null;

  constructor(ctx: DurableObjectState, bindings: Env) {
    super(ctx, bindings, 'alerts');
    const { env } = this;
    applySchemaSteps(ctx.storage, ALERTS_SCHEMA);
    const { sql } = ctx.storage;
    const nowMs = () => this.#now();
    this.#settings = new SettingsStore(sql);
    this.#firings = new FiringStore(sql);
    this.#counts = new CountStore(sql);
    this.#rulebook = new Rulebook(this.#settings);
    this.#disabled = this.#settings.meta('disabled') === '1';
    const projectId = () => this.ownProjectId;
    this.#destinations = new Destinations(env, projectId);
    this.#outbox = new Outbox(new OutboxStore(sql), {
      enqueue: (destinationId, events) => this.#destinations.enqueue(destinationId, events),
      arm: (atMs) => this.#arm(atMs),
      ...{ projectId, nowMs },
    });
    const [firings, settings, counts, rulebook] = [this.#firings, this.#settings, this.#counts, this.#rulebook];
    this.#decider = new Decider({
      ...{ firings, outbox: this.#outbox },
      silences: () => rulebook.silences,
      project: () => this.#project(),
    });
    this.#recorder = new Recorder({ counts, firings, settings, rulebook, decider: this.#decider });
    this.#feed = new Feed(counts, {
      shards: allShards(parseConfig(env)),
      counters: () => rulebook.counters(),
      streams: () => (this.#disabled ? [] : rulebook.streams()),
      projectId,
      attach: (shard, streams) => {
        const { id } = this.#project();
        return journalFor(env, id, shard).attach(id, shard, 'alerts', streams);
      },
      commit: (counted, atMs) => this.#record(counted, atMs),
      nowMs,
    });
    this.#evaluator = new Evaluator({
      ...{ rulebook, feed: this.#feed, counts, nowMs },
      evaluate: (rule, atMs, meter) => evaluate(metered(this.#ctx(atMs), meter), rule.projectId, rule),
      conclude: (entry, found) => this.#conclude(entry, found),
    });
    // An object that lost its alarm must not forget what it watches and owes.
    if (settings.meta('project_id') !== null) this.#arm(this.#now() + WATCH_MS);
  }

  /** From the rules, before their change is answered. What is retired by it is told to have ended. */
  async configure(settings: AlertSettings): Promise<void> {
    if (settings.version < Number(this.#settings.meta('version') ?? 0)) return;
    const nowMs = this.#now();
    const decisions = this.ctx.storage.transactionSync(() => {
      this.#settings.setMeta('project_id', settings.projectId);
      this.#settings.setMeta('project_name', settings.projectName);
      if (settings.origin !== null) this.#settings.setMeta('origin', settings.origin);
      this.#settings.setMeta('version', String(settings.version));
      const { retired, redirected } = this.#rulebook.save(settings, nowMs);
      for (const { id } of retired) this.#counts.forget(id);
      return [
        ...retired.map((rule) => this.#decider.retire(rule, nowMs)),
        ...redirected.map(({ before, rule }) => this.#decider.redirect(before, rule, nowMs)),
      ];
    });
    this.#rulebook.load();
    this.#afterwards(decisions, [], nowMs);
    // Rules that are new or other than before are due.
    this.#arm(nowMs);
    await this.#feed.look();
  }

  async setDisabled(projectId: string, disabled: boolean): Promise<void> {
    this.#settings.setMeta('project_id', projectId);
    this.#settings.setMeta('disabled', disabled ? '1' : null);
    this.#disabled = disabled;
    this.#arm(this.#now());
    await this.#feed.look();
  }

  /** From a journal. False: nobody listens, stop publishing. */
  async publish(publication: Publication): Promise<{ attached: boolean }> {
    const nowMs = this.#now();
    // No rule is due later than that: the alarm was set by a clock that was ahead, and nothing else comes before it.
    if (this.#alarmAtMs !== null && this.#alarmAtMs > latestDueMs(nowMs)) this.#arm(nowMs);
    return { attached: await this.#feed.take(publication) };
  }

  /** Newest first. */
  firings(query: FiringQuery): { items: Firing[]; nextCursor: string | null } {
    const { items, nextCursor } = this.#firings.list(query);
    return { items: items.map((firing) => this.#asOfNow(firing)), nextCursor };
  }

  findFiring(id: string): Firing | null {
    const firing = this.#firings.find(id);
    return firing && this.#asOfNow(firing);
  }

  /** It is not told again until it ends. */
  acknowledge({ firingId, ...acknowledged }: Acknowledgement): 'applied' | 'over' | 'unknown_firing' {
    return this.ctx.storage.transactionSync(() => {
      const firing = this.#firings.find(firingId);
      if (!firing) return 'unknown_firing';
      // Said while it fired, and told late, is kept all the same.
      if (firing.resolvedAtMs !== null && firing.resolvedAtMs < acknowledged.atMs) return 'over';
      // Cron may tell what was pending behind what somebody said since.
      if (firing.acknowledged !== null && firing.acknowledged.atMs > acknowledged.atMs) return 'applied';
      const state = this.#firings.state(firing.ruleId, firingId);
      if (state) this.#firings.saveState(firing.ruleId, { ...state, acknowledged });
      this.#firings.save({ ...firing, acknowledged });
      return 'applied';
    });
  }

  statuses(): RuleStatus[] {
    const counts = this.#firings.counts();
    return [...this.#rulebook.all()].map(({ rule }) => statusOf(rule, this.#settings.evaluation(rule.id), counts));
  }

  counts(): { critical: number; warning: number; info: number } {
    const counts = { critical: 0, warning: 0, info: 0 };
    for (const { ruleId, state, firings } of this.#firings.counts()) {
      const severity = this.#rulebook.get(ruleId)?.rule.severity;
      if (state === 'firing' && severity) counts[severity] += firings;
    }
    return counts;
  }

  protected override get ownProjectId(): string | null {
    return this.#settings.meta('project_id');
  }

  protected override async rang(): Promise<void> {
    this.#alarmAtMs = null;
    const nowMs = this.#now();
    this.#cleanUp(nowMs);
    if (this.#disabled) return;
    const due = this.#settings.dueRules(nowMs, latestDueMs(nowMs), RULES_PER_ALARM);
    await Promise.all([this.#evaluator.run(due), this.#outbox.resend()]);
    this.#armDue();
  }

  #record(counted: Counted, nowMs: number): void {
    if (this.#disabled) return;
    const { decisions, expecting, hastened } = this.ctx.storage.transactionSync(() =>
      this.#recorder.record(counted, nowMs),
    );
    this.#afterwards(decisions, expecting, nowMs);
    if (hastened) this.#armDue();
  }

  #conclude(entry: Entry, { observed, problem }: Evaluation): void {
    // Since the evaluation began.
    if (this.#disabled) return;
    const nowMs = this.#now();
    const { rule } = entry;
    const decision = this.ctx.storage.transactionSync(() => {
      const decided = this.#decider.decide(rule, observed, nowMs);
      this.#rulebook.mend(entry, nowMs);
      this.#counts.forgetBefore(rule.id, windowBuckets(rule.windowSeconds, nowMs).from);
      const value = worstValue(rule, observed);
      this.#settings.saveEvaluation(rule.id, { value, evaluatedAtMs: nowMs, problem });
      this.#settings.setDue(rule.id, nextDueMs(rule, decided.dueAtMs, nowMs));
      return decided;
    });
    this.#afterwards([decision], [], nowMs);
  }

  /** After the commit. Nobody waits for it: what is not told now is told by the alarm. */
  #afterwards(decisions: readonly Decision[], expecting: readonly string[], nowMs: number): void {
    const told = decisions.flatMap((decision) => decision.told);
    if (told.length > 0 && !this.#disabled) void this.#outbox.send(told);
    for (const { dueAtMs } of decisions) if (dueAtMs !== null) this.#arm(dueAtMs);
    const soon = [...expecting, ...decisions.flatMap((decision) => decision.expecting)];
    if (soon.length > 0) void this.#destinations.warm(soon, nowMs);
    const changes = decisions.flatMap((decision) => decision.changes);
    if (changes.length > 0) void announceHealth(this.env, this.#project().id, changes, nowMs);
  }

  /** A rule that could not be concluded is still due, and must not keep this object busy. */
  #armDue(): void {
    const dueAtMs = this.#settings.firstDueAtMs();
    if (dueAtMs !== null) this.#arm(Math.max(dueAtMs, this.#now() + MIN_PAUSE_MS));
  }

  #cleanUp(nowMs: number): void {
    const cleanedAtMs = Number(this.#settings.meta('cleaned_at_ms') ?? 0);
    // Either way: a clock that was ahead and is right again must not put it off.
    if (Math.abs(nowMs - cleanedAtMs) < CLEANUP_INTERVAL_MS) return;
    this.#firings.forget(nowMs - FIRINGS_KEPT_MS, FIRINGS_KEPT);
    this.#settings.setMeta('cleaned_at_ms', String(nowMs));
  }

  /** Whether it is quiet depends on the moment, and on silences that came since it was written. */
  #asOfNow(firing: Firing): Firing {
    const rule = this.#rulebook.get(firing.ruleId)?.rule;
    const state = rule && this.#firings.state(rule.id, firing.id);
    if (!rule || !state) return firing;
    return firingOf(rule, state, quietOf(state, { rule, silences: this.#rulebook.silences, nowMs: this.#now() }));
  }

  #ctx(nowMs: number): Ctx {
    const requestId = crypto.randomUUID().replaceAll('-', '');
    const [env, config] = [this.env, parseConfig(this.env)];
    const actor = { kind: 'system', job: 'alerts' } as const;
    return { env, config, nowMs, actor, requestId, address: 'alarm', country: () => null, allowances: [] };
  }

  #project(): ToldProject {
    const id = this.#settings.meta('project_id');
    if (id === null) throw new Error('this object has no project yet');
    return { id, name: this.#settings.meta('project_name') ?? id, origin: this.#settings.meta('origin') };
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
}
