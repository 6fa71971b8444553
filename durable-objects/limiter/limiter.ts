import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';
import { admit, setLimit } from '../../src/limits/cardinality.ts';
import { labelOf, type SetKey } from '../../src/limits/names.ts';
import { charge, refund, secondsToMidnight, usageNow, utcDay } from '../../src/limits/quota.ts';
import type {
  Cardinality,
  IngestOutcome,
  IngestTake,
  Left,
  LimiterStatus,
  QuarantinedName,
  TakeOutcome,
  UnknownNames,
  Verdict,
} from '../../src/limits/types.ts';
import { take, toWrite, usedNow, type Window } from '../../src/limits/window.ts';
import { hash53 } from '../../src/shared/hash.ts';
import { type Fault, orFault } from '../../src/shared/together.ts';
import { DEFAULT_BROWSER_RULES, type VersionedBrowserRules } from '../../src/wire/browser.ts';
import { DEFAULT_PROJECT_LIMITS, type ProjectLimits } from '../../src/wire/limits.ts';
import { applySchemaSteps } from '../schema-steps.ts';
import { NamesStore } from './names-store.ts';
import { LIMITER_SCHEMA } from './schema.ts';
import { LimiterStore } from './store.ts';

/** Of all sets that are told whole in one answer, 8 bytes each. */
const MAX_MEMBERS_TOLD = 50_000;

/**
 * Counts what one project, user or key may do: one object each, so that a count is exact wherever its requests arrive. Each take is covered by what is
 * written before it is answered (the output gate holds the answer back), so that neither eviction nor kill gives anything away twice.
 */
export class Limiter extends DurableObject<Env> {
  readonly #store: LimiterStore;
  readonly #names: NamesStore;
  readonly #windows: Map<string, Window>;
  /** As they are on disk: at or ahead of `#windows`. */
  readonly #written: Map<string, Window>;
  #limits: ProjectLimits;
  #counted: { day: number; counts: Map<SetKey, number> } | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applySchemaSteps(ctx.storage, LIMITER_SCHEMA);
    this.#store = new LimiterStore(ctx.storage.sql);
    this.#names = new NamesStore(ctx.storage.sql);
    this.#written = this.#store.windows();
    this.#windows = new Map(this.#written);
    this.#limits = { ...DEFAULT_PROJECT_LIMITS, ...JSON.parse(this.#store.setting('limits') ?? '{}') };
  }

  /** One request of a project, or what its batch is charged. A refused one costs no write. */
  takeIngest(request: IngestTake): IngestOutcome {
    const { recordsPerDay, unknown, passedUncounted } = request;
    // The usual take is one statement, and needs no transaction around it.
    if (recordsPerDay === null && unknown.length === 0 && passedUncounted === 0) return this.#decide(request);
    try {
      return this.ctx.storage.transactionSync(() => this.#decide(request));
    } catch (cause) {
      this.#written.clear(); // what was rolled back is not on disk
      throw cause;
    }
  }

  /** Several requests that come together: each is decided as if it came alone, and all of them are one commit. */
  takeAll(requests: IngestTake[]): (IngestOutcome | Fault)[] {
    return requests.map((request) => orFault(() => this.takeIngest(request)));
  }

  #decide(request: IngestTake): IngestOutcome {
    if (request.passedUncounted > 0) this.#countUncounted(request.passedUncounted);
    const taken = request.requests === 0 ? null : this.#take('ingest', this.#limits.ingestPerMinute, request.nowMs);
    const rate = taken && left(taken);
    if (taken && rate && !taken.admitted) return { kind: 'rate_limited', rate };
    const charged = this.#charge(request);
    if (charged && !charged.admitted) return { kind: 'quota_exceeded', rate, quota: left(charged) };
    const verdicts = this.#admitNames(request.unknown, request.nowMs);
    return { kind: 'taken', rate, quota: charged && left(charged), verdicts };
  }

  /** One query of a project. */
  takeQuery(nowMs: number): TakeOutcome {
    return this.#take('query', this.#limits.queryPerMinute, nowMs);
  }

  /** One request of a user or key, whose limit is the deployment's. */
  takeOther(limit: number, nowMs: number): TakeOutcome {
    return this.#take('other', limit, nowMs);
  }

  /** Records that were charged and then not stored. */
  refund(keyId: string, records: number, nowMs: number): void {
    this.#store.writeUsage(keyId, refund(this.#store.usage(keyId), records, nowMs));
  }

  /** From the projects feature, before a change of limits is answered. */
  configure(limits: ProjectLimits): void {
    this.#store.setSetting('limits', JSON.stringify(limits));
    this.#limits = limits;
  }

  /** From the edge feature, before a change is answered. Two changes may come in the wrong order: the newer one stays. */
  useBrowserRules(rules: VersionedBrowserRules): void {
    if (rules.version > this.browserRules().version) this.#store.setSetting('browser', JSON.stringify(rules));
  }

  /** For isolates that take in what browsers send, each about once a minute. */
  browserRules(): VersionedBrowserRules {
    const stored = this.#store.setting('browser');
    return stored === null ? { ...DEFAULT_BROWSER_RULES, version: 0 } : JSON.parse(stored);
  }

  noteQuarantined(items: QuarantinedName[], nowMs: number): void {
    this.ctx.storage.transactionSync(() => {
      if (this.#names.noteQuarantined(items, nowMs)) this.#store.setSetting('quarantine_more', '1');
    });
  }

  /** Forgets what was refused. What comes again is asked for again, and admitted if there is room by now. */
  releaseQuarantine(): number {
    this.#store.setSetting('quarantine_more', null);
    return this.#names.forgetQuarantine();
  }

  cardinality(nowMs: number): Cardinality {
    const counts = this.#counts(utcDay(nowMs));
    const labels = [...counts].flatMap(([set, values]) => {
      const label = labelOf(set);
      return label === null ? [] : { label, values, limit: this.#limits.labelValues };
    });
    labels.sort((a, b) => b.values - a.values || (a.label < b.label ? -1 : 1));
    return {
      names: { count: counts.get('n') ?? 0, limit: this.#limits.attributeNames },
      labels,
      quarantine: { items: this.#names.quarantine(), more: this.#store.setting('quarantine_more') === '1' },
    };
  }

  status(nowMs: number): LimiterStatus {
    const day = utcDay(nowMs);
    return {
      limits: this.#limits,
      ingestUsed: usedNow(this.#windows.get('ingest') ?? null, nowMs),
      queryUsed: usedNow(this.#windows.get('query') ?? null, nowMs),
      quotas: this.#store.usages().flatMap((usage) => {
        const { day: usedDay, records } = usageNow(usage, nowMs);
        return usedDay >= day ? { keyId: usage.keyId, records } : [];
      }),
      passedUncounted: Number(this.#store.setting('passed_uncounted') ?? 0),
    };
  }

  #take(name: string, limit: number, nowMs: number): TakeOutcome {
    const { admitted, window, remaining, resetSeconds } = take(this.#windows.get(name) ?? null, limit, nowMs);
    if (admitted) {
      const ahead = toWrite(this.#written.get(name) ?? null, window, limit);
      if (ahead) {
        this.#store.writeWindow(name, ahead);
        this.#written.set(name, ahead);
      }
      this.#windows.set(name, window);
    }
    return { admitted, limit, remaining, resetSeconds };
  }

  #charge({ keyId, recordsPerDay, records, nowMs }: IngestTake): TakeOutcome | null {
    if (recordsPerDay === null) return null;
    const { admitted, usage, remaining } = charge(this.#store.usage(keyId), recordsPerDay, records, nowMs);
    if (admitted && records > 0) this.#store.writeUsage(keyId, usage);
    return { admitted, limit: recordsPerDay, remaining, resetSeconds: secondsToMidnight(nowMs) };
  }

  #admitNames(unknown: readonly UnknownNames[], nowMs: number): Verdict[] {
    if (unknown.length === 0) return [];
    const day = utcDay(nowMs);
    const counts = this.#counts(day);
    this.#names.forgetBefore(day - 1);
    let room = MAX_MEMBERS_TOLD;
    const refusedLabels = new Set<number>();
    return unknown.map(({ set, members }) => {
      const label = labelOf(set);
      // Label names come first. Values of a label that is refused would be members of sets without number.
      if (label !== null && refusedLabels.has(hash53(label))) return { set, refused: members, all: null };
      const count = counts.get(set) ?? 0;
      const fresh = this.#names.fresh(day, set, members);
      const { admitted, refused, isFull } = admit(fresh, count, setLimit(set, this.#limits));
      if (set === 'l') for (const hash of refused) refusedLabels.add(hash);
      if (admitted.length > 0) {
        this.#names.add(day, set, admitted);
        counts.set(set, count + admitted.length);
      }
      const isTold = isFull && count + admitted.length <= room;
      if (isTold) room -= count + admitted.length;
      return { set, refused, all: isTold ? this.#names.all(day, set) : null };
    });
  }

  #counts(day: number): Map<SetKey, number> {
    if (this.#counted?.day !== day) this.#counted = { day, counts: this.#store.counts(day) };
    return this.#counted.counts;
  }

  #countUncounted(requests: number): void {
    const before = Number(this.#store.setting('passed_uncounted') ?? 0);
    this.#store.setSetting('passed_uncounted', String(before + requests));
  }
}

function left({ limit, remaining, resetSeconds }: TakeOutcome): Left {
  return { limit, remaining, resetSeconds };
}
