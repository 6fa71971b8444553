import { DurableObject } from 'cloudflare:workers';
import { clockNowMs, type Env, parseConfig } from '../../src/env.ts';
import {
  type ChangedHour,
  type MetricsCalls,
  MINUTES_KEPT_MS,
  type SlowQuery,
  type Totals,
  type Window,
} from '../../src/observability/red/object.ts';
import { newestGauges, PendingDeltas, type Width } from '../../src/observability/red/pending.ts';
import type { Delta } from '../../src/observability/red/reporter.ts';
import { SeriesSet, withoutBuckets } from '../../src/observability/red/series-set.ts';
import { log } from '../../src/shared/log.ts';
import type { SlowRequest } from '../../src/wire/performance.ts';
import { applySchemaSteps } from '../schema-steps.ts';
import { METRICS_SCHEMA } from './schema.ts';
import { SlowStore } from './slow-store.ts';
import { MetricsStore } from './store.ts';

const HOUR_MS = 3_600_000;
/** From the first delta to the alarm that adds it up: one row a delta until then, and some rows for all of them. */
const ADD_UP_AFTER_MS = 60_000;
/** Of all isolates together: every version of the code that ran has its routes in the totals. */
const MAX_SERIES = 4_000;
/** Beyond what is asked for: whole minutes are, and the answer takes a moment. */
const MORE_MINUTES_MS = 5 * 60_000;
/** Of a delta that is a row until then; beyond it, it is added up at once, in rows of the size of a part. The platform takes 2 MB. */
const MAX_DELTA_CHARS = 1_000_000;
const HOURS_KEPT_MS = 48 * HOUR_MS;
const SLOW_KEPT_MS = 30 * 24 * HOUR_MS;
const GAUGE_KEPT_MS = 24 * HOUR_MS;
/** An isolate that told nothing for so long is gone, and sends nothing again. */
const ISOLATE_KEPT_MS = 24 * HOUR_MS;

/**
 * Adds up what all isolates measure: one object of the deployment (ADR 30). A delta is a row before it is answered; a minute later an alarm adds the rows up. What was not
 * added up yet is in memory too, so that a reader sees it.
 */
export class Metrics extends DurableObject<Env> implements MetricsCalls {
  readonly #store: MetricsStore;
  readonly #slow: SlowStore;
  /** Highest number by isolate. */
  readonly #seqs: Map<string, number>;
  #pending = new PendingDeltas();
  #armed = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applySchemaSteps(ctx.storage, METRICS_SCHEMA);
    this.#store = new MetricsStore(ctx.storage.sql);
    this.#slow = new SlowStore(ctx.storage.sql);
    this.#seqs = this.#store.isolates();
    for (const delta of this.#store.deltas()) this.#take(delta);
    // An object that lost its alarm must not forget what it owes.
    if (!this.#pending.isEmpty) this.#arm();
  }

  /** From an isolate, in the order of its numbers. A repeat changes nothing. */
  add(delta: Delta): void {
    if (delta.seq <= (this.#seqs.get(delta.isolate) ?? 0)) return;
    const body = JSON.stringify(delta);
    const isRow = body.length <= MAX_DELTA_CHARS;
    this.ctx.storage.transactionSync(() => {
      if (isRow) this.#store.insertDelta(delta, body);
      if (delta.slow.length > 0) this.#slow.add(delta.slow);
    });
    this.#take(delta);
    // After hours without us an isolate has more to tell than a row takes. It would come again for ever, and before all else.
    if (!isRow) this.#addUp();
    this.#arm();
  }

  totals(): Totals {
    const { inFlight, isolates } = this.#pending.lately(this.#now());
    const gauges = newestGauges(this.#store.gauges(), this.#pending.gauges());
    const rows = this.#joined(0, 0);
    const dropped = this.#store.meta('dropped') + this.#pending.dropped + rows.dropped;
    return { rows: rows.rows(), gauges, inFlight, dropped, isolates };
  }

  /** Of the last three hours; bucket starts, the end exclusive. */
  minutes(fromMs: number, toMs: number): Window[] {
    return this.#windows(1, fromMs, toMs);
  }

  /** Of the last two days, and what D1 has not confirmed. */
  hours(fromMs: number, toMs: number): Window[] {
    return this.#windows(60, fromMs, toMs);
  }

  slow(query: SlowQuery): SlowRequest[] {
    return this.#slow.list(query);
  }

  /** Hours that are over and that D1 is to have, the oldest first. */
  changedHours(limit: number): ChangedHour[] {
    this.#addUp();
    return this.#store.changedHours(Math.floor(this.#now() / HOUR_MS) * HOUR_MS, limit);
  }

  /** D1 has the hour as it was in that version. Where it is another now, some run may have written an older one over a newer: the next writes it again. */
  confirmHour(hourMs: number, version: number): void {
    this.ctx.storage.transactionSync(() => {
      if (!this.#store.confirmHour(hourMs, version)) this.#store.hourChanged(hourMs);
    });
  }

  override alarm(): void {
    this.#armed = false;
    try {
      this.#addUp();
    } catch (cause) {
      // No line where all is well, as other alarms have it: as a record it would be measured, and be the cause of the next alarm.
      log('error', 'alarm_failed', { object: 'metrics', outcome: 'failed', cause: String(cause) });
      throw cause;
    }
  }

  #addUp(): void {
    const nowMs = this.#now();
    const pending = this.#pending;
    this.ctx.storage.transactionSync(() => {
      for (const [width, bucketMs] of this.#touched()) {
        const { rows, dropped } = this.#rowsOf(width, bucketMs);
        this.#store.saveSeries(width, bucketMs, rows);
        if (width === 60) this.#store.hourChanged(bucketMs);
        if (width === 0 && dropped > 0) this.#store.addMeta('dropped', dropped);
      }
      for (const gauge of pending.gauges()) this.#store.saveGauge(gauge);
      if (pending.dropped > 0) this.#store.addMeta('dropped', pending.dropped);
      for (const isolate of pending.isolates()) this.#store.saveIsolate(isolate, this.#seqs.get(isolate) ?? 0, nowMs);
      this.#store.deleteDeltas();
      this.#store.forgetSeries(1, nowMs - MINUTES_KEPT_MS - MORE_MINUTES_MS);
      this.#store.forgetSeries(60, nowMs - HOURS_KEPT_MS);
      this.#store.forgetGauges(nowMs - GAUGE_KEPT_MS);
      this.#slow.forget(nowMs - SLOW_KEPT_MS);
      for (const isolate of this.#store.forgetIsolates(nowMs - ISOLATE_KEPT_MS)) this.#seqs.delete(isolate);
    });
    this.#pending = pending.addedUp(nowMs);
  }

  /** Windows that something pending belongs to. Without an hour that was forgotten: it would be written over the whole one that D1 has. Totals have what came for it. */
  #touched(): [width: Width, bucketMs: number][] {
    const oldestMs = this.#now() - HOURS_KEPT_MS;
    return this.#pending
      .touched()
      .filter(([width, at]) => width === 0 || at >= oldestMs || this.#store.series(width, at).length > 0);
  }

  #windows(width: Width, fromMs: number, toMs: number): Window[] {
    const stored = this.#store.windows(width, fromMs, toMs).map(({ bucketMs }) => bucketMs);
    const pending = this.#touched().filter(([one, at]) => one === width && at >= fromMs && at < toMs);
    const buckets = new Set([...stored, ...pending.map(([, bucketMs]) => bucketMs)]);
    return [...buckets]
      .sort((a, b) => a - b)
      .map((bucketMs) => ({ bucketMs, rows: this.#rowsOf(width, bucketMs).rows }));
  }

  #rowsOf(width: Width, bucketMs: number) {
    const set = this.#joined(width, bucketMs);
    return { rows: width === 0 ? set.rows() : withoutBuckets(set.rows()), dropped: set.dropped };
  }

  /** What is added up, and what is not yet. */
  #joined(width: Width, bucketMs: number): SeriesSet {
    const set = new SeriesSet(MAX_SERIES);
    set.merge(this.#store.series(width, bucketMs));
    for (const rows of this.#pending.rows(width, bucketMs)) set.merge(rows);
    return set;
  }

  #take(delta: Delta): void {
    this.#seqs.set(delta.isolate, delta.seq);
    this.#pending.take(delta, this.#now());
  }

  /** Alarms run on the real clock, decisions on ours. */
  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    const { clockOffsetMs } = parseConfig(this.env);
    void this.ctx.storage.setAlarm(this.#now() + ADD_UP_AFTER_MS - clockOffsetMs);
  }

  #now(): number {
    return clockNowMs(parseConfig(this.env));
  }
}
