import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ReadError } from './errors.ts';
import { type LineMatch, scanText } from './scan/scan.ts';
import { type Budget, DEFAULT_BUDGET, readFailure, type Scanned, type Scope, spendingOf } from './search.ts';
import { blocksOf } from './walk/block-source.ts';
import { Coverage } from './walk/seq-set.ts';
import { walkTails } from './walk/tails.ts';
import { BlockWalk, type Countable } from './walk/walk.ts';

/** Counts something over all matching records: whole blocks by their summary where that is exact, else record by record. */
export interface Counter {
  needSummaries: boolean;
  /** Whether the summary tells all that is to be counted; asked where every record matches or the level alone decides. */
  canCount(block: Countable): boolean;
  count(block: Countable): void;
  add(match: LineMatch): void;
}

export interface Counted {
  scanned: Scanned;
  /** False: the budget ended first, and only records from `countedFromMs` on are counted. */
  complete: boolean;
  countedFromMs: number;
}

/** Runs a counter over a scope, newest blocks first. Exact for what it covers. Errors: store_away, block_unreadable. */
export async function aggregate(
  ctx: Ctx,
  scope: Scope,
  counter: Counter,
  budget: Budget = DEFAULT_BUDGET,
): Promise<Result<Counted, ReadError>> {
  try {
    return ok(await aggregateStores(ctx, scope, counter, budget));
  } catch (cause) {
    return err(await readFailure(ctx, cause));
  }
}

async function aggregateStores(ctx: Ctx, scope: Scope, counter: Counter, budget: Budget): Promise<Counted> {
  const { projectId, query, fromMs, toMs, stream } = scope;
  const scan = { query, fromMs, toMs, accepts: () => true, onMatch: (match: LineMatch) => counter.add(match) };
  const spending = spendingOf(ctx);
  const coverage = new Coverage();
  let tailBytes = 0;
  for await (const { text, rawBytes, matchesAll } of walkTails(ctx, projectId, scope, query, coverage)) {
    tailBytes += rawBytes;
    scanText(text, { ...scan, matchesAll, lines: null });
  }
  const walk = new BlockWalk(
    blocksOf(ctx.env, projectId),
    {
      query,
      fromMs,
      toMs,
      stream,
      order: 'desc',
      needSummaries: counter.needSummaries,
      canCount: (block) => block.head.minTs >= fromMs && block.head.maxTs < toMs && counter.canCount(block),
    },
    coverage,
  );
  spending.add(walk);
  const done = (bound: number | null): Counted => ({
    scanned: walk.scanned(tailBytes),
    complete: bound === null,
    countedFromMs: bound === null ? fromMs : Math.min(bound + 1, toMs),
  });
  for (;;) {
    if (spending.isOver(budget)) {
      const bound = await walk.bound();
      if (bound !== null) return done(bound);
    }
    const step = await walk.next();
    if (!step) return done(null);
    if (step.kind === 'counted') counter.count(step);
    if (step.kind !== 'text') continue;
    await walk.readAhead();
    scanText(step.text, { ...scan, matchesAll: step.verdict === 'all', lines: step.lines });
  }
}
