import type { Ctx } from '../../env.ts';
import { once } from '../../shared/once.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { SessionList, SessionSummary } from '../../wire/error-groups.ts';
import type { LogRecord } from '../../wire/record.ts';
import { aggregate, type Counter } from '../aggregate.ts';
import { type CompiledQuery, compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import type { LineMatch } from '../scan/scan.ts';
import type { SessionsRequest } from './parameters.ts';

/** Streams that pages send, and that say what a visitor met; operations are shown in the timeline. */
const STREAMS = '(stream:vitals OR stream:errors OR stream:logs)';
/** Sessions held while counting, at about 1 KB each; of more, those whose last record is oldest are let go: they end the list. */
const MAX_HELD = 10_000;
const MAX_PAGES = 20;
/** Of one session while it is counted: the first ones by time are only known at the end. */
const MAX_PAGES_HELD = 100;

/**
 * Sessions of browsers in a range, the newest first, from the records themselves as far as the budget of a search goes. A session is what has one
 * `sessionId`, and of a browser where some record of it is a vital or names a page. Errors: store_away.
 */
export async function sessionList(
  ctx: Ctx,
  projectId: string,
  { fromMs, toMs, query, limit }: SessionsRequest,
): Promise<Result<SessionList, ReadError>> {
  const counter = new SessionCounter(query);
  const counted = await aggregate(ctx, { projectId, query: sessionRecords(), fromMs, toMs, stream: null }, counter);
  if (!counted.ok) return counted;
  const { complete, countedFromMs } = counted.value;
  return ok({
    items: counter.newest(limit),
    nextCursor: null,
    complete: complete && !counter.hasLetGo,
    countedFromMs: Math.max(countedFromMs, counter.knownFromMs),
  });
}

const sessionRecords = once((): CompiledQuery => {
  const query = compileQuery(`${STREAMS} sessionId:*`);
  if (!query.ok) throw new Error(`no search for sessions: ${query.error.reason}`);
  return query.value;
});

interface Held extends Omit<SessionSummary, 'pages'> {
  /** Time of the first record of each. */
  pages: Map<string, number>;
  /** Time of the record that each of them is from. */
  known: Partial<Record<Fact, number>>;
  isOfBrowser: boolean;
  /** Some record is what was searched for. */
  isWanted: boolean;
}

const LABELS = ['device', 'browser', 'os', 'country'] as const;
type Fact = (typeof LABELS)[number] | 'userId';

class SessionCounter implements Counter {
  readonly needSummaries = false;
  readonly #query: CompiledQuery;
  #held = new Map<string, Held>();
  /** Sessions that ended before this may be missing. */
  knownFromMs = Number.NEGATIVE_INFINITY;

  constructor(query: CompiledQuery) {
    this.#query = query;
  }

  get hasLetGo(): boolean {
    return this.knownFromMs > Number.NEGATIVE_INFINITY;
  }

  canCount(): boolean {
    return false;
  }

  count(): void {
    throw new Error('no summary knows sessions');
  }

  add({ record }: LineMatch): void {
    const { sessionId } = record;
    if (sessionId === undefined || sessionId === '') return;
    let held = this.#held.get(sessionId);
    if (!held) {
      if (this.#held.size >= 2 * MAX_HELD) this.#letGo();
      held = emptySession(sessionId, record.ts);
      this.#held.set(sessionId, held);
    }
    addRecord(held, record);
    held.isWanted ||= this.#query.isAll || this.#query.matches(record);
  }

  newest(limit: number): SessionSummary[] {
    const wanted = [...this.#held.values()].filter(({ isOfBrowser, isWanted }) => isOfBrowser && isWanted);
    return wanted.sort(byLastRecord).slice(0, limit).map(summaryOf);
  }

  #letGo(): void {
    const newest = [...this.#held.values()].sort(byLastRecord).slice(0, MAX_HELD);
    this.#held = new Map(newest.map((held) => [held.id, held]));
    this.knownFromMs = Math.max(this.knownFromMs, newest.at(-1)?.lastMs ?? 0);
  }
}

function byLastRecord(a: Held, b: Held): number {
  return b.lastMs - a.lastMs || (a.id < b.id ? -1 : 1);
}

function emptySession(id: string, ts: number): Held {
  return {
    ...{ id, firstMs: ts, lastMs: ts, userId: null, records: 0, errors: 0, poorVitals: 0 },
    ...{ device: null, browser: null, os: null, country: null },
    ...{ pages: new Map(), known: {}, isOfBrowser: false, isWanted: false },
  };
}

function addRecord(held: Held, record: LogRecord): void {
  const { ts, stream, attrs, userId } = record;
  held.records++;
  held.firstMs = Math.min(held.firstMs, ts);
  held.lastMs = Math.max(held.lastMs, ts);
  if (stream === 'errors') held.errors++;
  if (stream === 'vitals') {
    held.isOfBrowser = true;
    if (attrs.rating === 'poor') held.poorVitals++;
  }
  if (userId !== undefined) note(held, 'userId', userId, ts);
  const { labels } = attrs;
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return;
  for (const label of LABELS) {
    const value = labels[label];
    if (typeof value === 'string' && value !== '') note(held, label, value, ts);
  }
  const { page } = labels;
  if (typeof page !== 'string' || page === '') return;
  held.isOfBrowser = true;
  const first = held.pages.get(page);
  if (first !== undefined || held.pages.size < MAX_PAGES_HELD) held.pages.set(page, Math.min(first ?? ts, ts));
}

/** Of the newest record that says it. */
function note(held: Held, fact: Fact, value: string, ts: number): void {
  if (ts < (held.known[fact] ?? Number.NEGATIVE_INFINITY)) return;
  held.known[fact] = ts;
  held[fact] = value;
}

function summaryOf({ pages, known: _, isOfBrowser: __, isWanted: ___, ...summary }: Held): SessionSummary {
  const inOrder = [...pages].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1));
  return { ...summary, pages: inOrder.slice(0, MAX_PAGES).map(([page]) => page) };
}
