import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { CallMeter } from '../../../blocks/index.ts';
import type { Ctx } from '../../../env.ts';
import {
  BUDGET_CALLS,
  compileQuery,
  metered,
  type ReadError,
  readProblem,
  searchRecords,
} from '../../../query/index.ts';
import type { LogRecord } from '../../../wire/record.ts';
import { addUsers, type Named } from './affected-store.ts';
import { listSearchRows, runningSearches, type SearchStep, type StoredSearch, stepSearch } from './search-store.ts';

/** Held in memory at once: a record may have 256 KiB, and most have one. */
const PAGE_RECORDS = 500;
const PAGES_PER_RUN = 40;
/** Statements and reads of archives, of the thousand that the invocation has for all its jobs: a page takes about ten. */
const CALLS_PER_RUN = 400;
/** The next run comes after two minutes, and what else is in the line waits for this one. */
const RUN_MS = 30_000;
const SEARCHES_PER_RUN = 5;

export interface SearchRun {
  searches: number;
  pages: number;
  records: number;
  finished: number;
  /** A store did not answer: they go on with the next run. */
  away: number;
}

/**
 * The job breach_search: goes on with each search of those affected, over hot and archived records as everybody's searches do. Each page and where the next
 * begins are written in one transaction, so that a death, or a second run, counts no page twice.
 */
export async function runSearches(ctx: Ctx): Promise<SearchRun> {
  const done: SearchRun = { searches: 0, pages: 0, records: 0, finished: 0, away: 0 };
  // A search ends its page when the meter says that all which it may is used up.
  const meter: CallMeter = { calls: BUDGET_CALLS - CALLS_PER_RUN };
  const endsMs = performance.now() + RUN_MS;
  const isSpent = () => done.pages >= PAGES_PER_RUN || meter.calls >= BUDGET_CALLS || performance.now() >= endsMs;
  for (const search of await runningSearches(ctx.env.DB, SEARCHES_PER_RUN)) {
    if (isSpent()) break;
    done.searches++;
    await runSearch(ctx, meter, search, done, isSpent);
  }
  return { ...done };
}

async function runSearch(
  ctx: Ctx,
  meter: CallMeter,
  search: StoredSearch,
  done: SearchRun,
  isSpent: () => boolean,
): Promise<void> {
  const query = compileQuery(search.q);
  if (!query.ok) {
    const problem = 'The query cannot be read by this version any more. Start another search.';
    const { cursor } = search;
    const step: SearchStep = { run: crypto.randomUUID(), cursor, matched: 0, named: 0, state: 'failed', problem };
    await write(ctx, search, step, []);
    done.finished++;
    return;
  }
  const earlier = await matchedEarlier(ctx, search);
  for (let current: StoredSearch | null = search; current !== null && !isSpent(); ) {
    const own = metered(ctx, meter);
    const { projectId, stream, fromMs, toMs, cursor: after } = current;
    const scope = {
      projectId,
      query: query.value,
      stream,
      fromMs,
      toMs,
      order: 'asc',
      limit: PAGE_RECORDS,
      after,
    } as const;
    const read = await searchRecords(own, scope);
    if (!read.ok && read.error.kind === 'store_away') {
      done.away++;
      return;
    }
    const records = read.ok ? read.value.records : [];
    const step = stepOf(current, read.ok ? { records, next: read.value.end.next } : read.error);
    await write(own, current, step, namedIn(records, earlier));
    done.pages++;
    done.records += records.length;
    if (step.state !== 'running') done.finished++;
    // Where another run was first with this page, its step was refused, and what follows here is too: nothing is counted twice.
    current = step.state === 'running' ? { ...current, pages: current.pages + 1, cursor: step.cursor } : null;
  }
}

function stepOf(
  { cursor }: StoredSearch,
  read: { records: readonly LogRecord[]; next: { ts: number; id: string } | null } | ReadError,
): SearchStep {
  const run = crypto.randomUUID();
  if ('kind' in read) return { run, cursor, matched: 0, named: 0, state: 'failed', problem: readProblem(read).detail };
  const { records, next } = read;
  const named = records.filter(({ userId }) => userId !== undefined).length;
  return {
    run,
    cursor: next,
    matched: records.length,
    named,
    state: next === null ? 'done' : 'running',
    problem: null,
  };
}

async function write(ctx: Ctx, search: StoredSearch, step: SearchStep, users: readonly Named[]): Promise<void> {
  const { DB } = ctx.env;
  const ended = auditIfChanged(ctx, {
    ...{ action: 'breach.searched', target: search.breachId, projectId: search.projectId },
    detail: { search: search.id, state: step.state, problem: step.problem },
  });
  await auditedBatch(ctx, [
    stepSearch(DB, search, step, ctx.nowMs),
    ...(step.state === 'running' ? [] : [ended]),
    ...(users.length > 0 ? addUsers(DB, search, step.run, users) : []),
  ]);
}

/** Whether a search of the breach that was started before this one has had a record. */
async function matchedEarlier(
  ctx: Ctx,
  { breachId, projectId, number }: StoredSearch,
): Promise<(record: LogRecord) => boolean> {
  const all = await listSearchRows(ctx.env.DB, breachId);
  const earlier = all
    .filter((search) => search.projectId === projectId && search.number < number)
    .flatMap(({ q, stream, fromMs, toMs, state, cursor }) => {
      const query = compileQuery(q);
      // One that ended early has had what lies before the page that it did not read.
      if (!query.ok || (state !== 'done' && cursor === null)) return [];
      return [{ query: query.value, stream, fromMs, toMs, last: state === 'done' ? null : cursor }];
    });
  return (record) =>
    earlier.some(
      ({ query, stream, fromMs, toMs, last }) =>
        record.ts >= fromMs &&
        record.ts < toMs &&
        (last === null || record.ts < last.ts || (record.ts === last.ts && record.id <= last.id)) &&
        (stream === null || record.stream === stream) &&
        query.matches(record),
    );
}

export function namedIn(records: readonly LogRecord[], isAgain: (record: LogRecord) => boolean): Named[] {
  const users = new Map<string, Named>();
  for (const record of records) {
    const { userId, ts } = record;
    if (userId === undefined) continue;
    const user = users.get(userId) ?? { userId, fresh: 0, again: 0, firstTs: ts, lastTs: ts };
    user[isAgain(record) ? 'again' : 'fresh']++;
    user.firstTs = Math.min(user.firstTs, ts);
    user.lastTs = Math.max(user.lastTs, ts);
    users.set(userId, user);
  }
  return [...users.values()];
}
