import { BlockUnreadable, type CallMeter, noteUnreadable } from '../blocks/index.ts';
import type { Allowance, Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Stream } from '../wire/record.ts';
import type { CompiledQuery } from './compile.ts';
import type { ReadError } from './errors.ts';
import { BUDGET_BYTES, BUDGET_CALLS, BUDGET_MS, HARD_BUDGET_BYTES } from './limits.ts';
import { type LineMatch, scanText } from './scan/scan.ts';
import { blocksOf } from './walk/block-source.ts';
import { isBefore, type Order, type Position, placeBefore } from './walk/order.ts';
import { type Hit, Page } from './walk/page.ts';
import { Coverage } from './walk/seq-set.ts';
import { StoreAway } from './walk/store-away.ts';
import { walkTails } from './walk/tails.ts';
import { BlockWalk } from './walk/walk.ts';

/** What every read of records is about. */
export interface Scope {
  projectId: string;
  query: CompiledQuery;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  stream: Stream | null;
}

export interface SearchRequest extends Scope {
  order: Order;
  limit: number;
  after: Position | null;
}

export interface Budget {
  softBytes: number;
  hardBytes: number;
  softMs: number;
  softCalls: number;
}

export const DEFAULT_BUDGET: Budget = {
  softBytes: BUDGET_BYTES,
  hardBytes: HARD_BUDGET_BYTES,
  softMs: BUDGET_MS,
  softCalls: BUDGET_CALLS,
};

/** What the walks of one request have used so far: several of them share what one may. */
export class Spending {
  readonly #walks: Pick<BlockWalk, 'bytes' | 'calls'>[] = [];
  readonly #startedMs = performance.now();
  readonly #meter: CallMeter | null;

  constructor(meter: CallMeter | null = null) {
    this.#meter = meter;
  }

  add(walk: Pick<BlockWalk, 'bytes' | 'calls'>): void {
    this.#walks.push(walk);
  }

  /** Whether it is all that one request may. */
  isOver({ softBytes, softCalls, softMs }: Budget): boolean {
    const sum = (of: 'bytes' | 'calls') => this.#walks.reduce((all, walk) => all + walk[of], 0);
    const calls = Math.max(sum('calls'), this.#meter?.calls ?? 0);
    return sum('bytes') >= softBytes || calls >= softCalls || performance.now() - this.#startedMs >= softMs;
  }
}

/** By the one thing that all copies of a request's context share. */
const spendings = new WeakMap<readonly Allowance[], Spending>();

export function spendingOf({ allowances }: Pick<Ctx, 'allowances'>): Spending {
  const spending = spendings.get(allowances) ?? new Spending();
  spendings.set(allowances, spending);
  return spending;
}

/** Before anything is read with this context. */
export function spendBeside({ allowances }: Pick<Ctx, 'allowances'>, meter: CallMeter): void {
  spendings.set(allowances, new Spending(meter));
}

export interface Scanned {
  blocks: number;
  /** Those of the blocks that were read from an archive. */
  archived: number;
  bytes: number;
}

export type SearchEvent =
  /** `blocksArchived`: read from an archive so far. */
  | { kind: 'progress'; blocksDone: number; blocksLeft: number; blocksArchived: number; bytes: number }
  /** The next records of the answer, in order. */
  | { kind: 'records'; hits: Hit[] };

export interface SearchEnd {
  /** Where the next page begins; null when there is nothing behind this one. */
  next: Position | null;
  scanned: Scanned;
  /** False: the budget ended before the page was full; `next` goes on. */
  complete: boolean;
}

/**
 * One page of a search, in order of (time, id), handed out as soon as nothing can come before it. Sees everything that was acknowledged
 * before it started, in the database or archived. Errors: query_too_broad, store_away, block_unreadable.
 */
export async function* search(
  ctx: Ctx,
  request: SearchRequest,
  budget: Budget = DEFAULT_BUDGET,
): AsyncGenerator<SearchEvent, Result<SearchEnd, ReadError>> {
  try {
    return yield* searchStores(ctx, request, budget);
  } catch (cause) {
    return err(await readFailure(ctx, cause));
  }
}

/** Logs why a store did not answer, or did not have what it should; rethrows what is no store's failure. */
export async function readFailure(ctx: Ctx, cause: unknown): Promise<ReadError> {
  if (cause instanceof BlockUnreadable) {
    await noteUnreadable(ctx, cause);
    return { kind: 'block_unreadable', fromMs: cause.minTs, toMs: cause.maxTs + 1 };
  }
  if (!(cause instanceof StoreAway)) throw cause;
  const { requestId } = ctx;
  log('error', 'store_away', { requestId, cause: String(cause.cause) });
  return { kind: 'store_away' };
}

async function* searchStores(
  ctx: Ctx,
  request: SearchRequest,
  budget: Budget,
): AsyncGenerator<SearchEvent, Result<SearchEnd, ReadError>> {
  const { projectId, query, order, after, stream } = request;
  const fromMs = after && order === 'asc' ? Math.max(request.fromMs, after.ts) : request.fromMs;
  const toMs = after && order === 'desc' ? Math.min(request.toMs, after.ts + 1) : request.toMs;
  const startMs = order === 'asc' ? fromMs : toMs - 1;
  const page = new Page(order, request.limit, after);
  const scan = {
    query,
    fromMs,
    toMs,
    accepts: (ts: number) => page.accepts(ts),
    onMatch: (match: LineMatch) => page.add(match.line, match.ts),
  };

  const spending = spendingOf(ctx);
  const coverage = new Coverage();
  let tailBytes = 0;
  for await (const { text, rawBytes, matchesAll } of walkTails(
    ctx,
    projectId,
    { fromMs, toMs, stream },
    query,
    coverage,
  )) {
    tailBytes += rawBytes;
    scanText(text, { ...scan, matchesAll, lines: null });
  }

  const walk = new BlockWalk(
    blocksOf(ctx.env, projectId),
    { query, fromMs, toMs, stream, order, needSummaries: false, canCount: () => false },
    coverage,
  );
  spending.add(walk);
  const end = (next: Position | null, complete: boolean): Result<SearchEnd, ReadError> =>
    ok({ next, complete, scanned: walk.scanned(tailBytes) });
  await walk.bound();
  // Said once at least, also where nothing has to be read: then the reader knows that the tail is done.
  yield { kind: 'progress', blocksDone: 0, blocksLeft: walk.blocksLeft, blocksArchived: 0, bytes: tailBytes };
  for (;;) {
    const bound = await walk.bound();
    const hits = page.takeBefore(bound);
    if (hits.length > 0) yield { kind: 'records', hits };
    if (page.isFull) return end(bound !== null || page.dropped ? page.lastTaken : null, true);
    if (bound === null) return end(null, true);
    if (spending.isOver(budget)) {
      if (isBefore(order, startMs, bound)) return end(placeBefore(order, bound), false);
      if (walk.bytes >= budget.hardBytes) return err({ kind: 'query_too_broad', limitBytes: budget.hardBytes });
    }
    const step = await walk.next();
    if (step?.kind === 'text') {
      // The first block is often all that a page of recent records needs.
      if (walk.blocksRead > 1) await walk.readAhead();
      scanText(step.text, { ...scan, matchesAll: step.verdict === 'all', lines: step.lines });
    }
    const { blocksDone, blocksLeft, blocksArchived } = walk;
    yield { kind: 'progress', blocksDone, blocksLeft, blocksArchived, bytes: walk.bytes + tailBytes };
  }
}
