import type { Summary } from '../../blocks/index.ts';
import { LEVELS, type Level, type LogRecord, type Stream } from '../../wire/record.ts';
import type { Clause } from './needle.ts';
import { allOf, anyOf, type TokenNeed } from './token-need.ts';

/** What is known of a block before it is read. */
export interface BlockFacts {
  stream: Stream;
  minTs: number;
  maxTs: number;
  /** Null while it has not been read. */
  summary: Summary | null;
}

/** Which records of a block can match, as far as the index row tells. */
export type Verdict = 'none' | 'some' | 'all';

/** A part of a search, ready to run, with what it allows to skip. */
export interface Plan {
  matches(record: LogRecord): boolean;
  need: TokenNeed | null;
  /** Each of them must hold in the text of a line. Empty: every line is a candidate. */
  clauses: readonly Clause[];
  verdict(facts: BlockFacts): Verdict;
  /** The levels that match, where nothing but the level decides; else null. */
  levels: ReadonlySet<Level> | null;
  /** True where verdict() can be better than 'some' only with a summary. */
  wantsSummary: boolean;
}

export const ALL_PLAN: Plan = {
  matches: () => true,
  need: null,
  clauses: [],
  verdict: () => 'all',
  levels: new Set(LEVELS),
  wantsSummary: false,
};

export function andPlan(plans: readonly Plan[]): Plan {
  return {
    matches: (record) => {
      for (const plan of plans) if (!plan.matches(record)) return false;
      return true;
    },
    need: allOf(plans.map((plan) => plan.need)),
    clauses: plans.flatMap((plan) => plan.clauses),
    verdict: (facts) => {
      let isAll = true;
      for (const plan of plans) {
        const verdict = plan.verdict(facts);
        if (verdict === 'none') return 'none';
        if (verdict !== 'all') isAll = false;
      }
      return isAll ? 'all' : 'some';
    },
    levels: combineLevels(plans, (sets, level) => sets.every((set) => set.has(level))),
    wantsSummary: plans.some((plan) => plan.wantsSummary),
  };
}

/** More alternatives than this cost more passes over the text than parsing its lines. */
const MAX_ALTERNATIVES = 12;

export function orPlan(plans: readonly Plan[]): Plan {
  return {
    matches: (record) => {
      for (const plan of plans) if (plan.matches(record)) return true;
      return false;
    },
    need: anyOf(plans.map((plan) => plan.need)),
    clauses: orClauses(plans),
    verdict: (facts) => {
      let isNone = true;
      for (const plan of plans) {
        const verdict = plan.verdict(facts);
        if (verdict === 'all') return 'all';
        if (verdict !== 'none') isNone = false;
      }
      return isNone ? 'none' : 'some';
    },
    levels: combineLevels(plans, (sets, level) => sets.some((set) => set.has(level))),
    wantsSummary: plans.some((plan) => plan.wantsSummary),
  };
}

export function notPlan(plan: Plan): Plan {
  return {
    matches: (record) => !plan.matches(record),
    need: null,
    clauses: [],
    verdict: (facts) => {
      const verdict = plan.verdict(facts);
      return verdict === 'some' ? 'some' : verdict === 'all' ? 'none' : 'all';
    },
    levels: combineLevels([plan], ([set], level) => !set?.has(level)),
    wantsSummary: plan.wantsSummary,
  };
}

/** The clause that passes over most lines, by the only thing known about its needles: their length. */
export function bestClause(clauses: readonly Clause[]): Clause | null {
  let best: Clause | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const clause of clauses) {
    const shortest = Math.min(...clause.map((needle) => needle.bytes));
    const score = shortest - (clause.length - 1) * 4;
    if (score > bestScore) [best, bestScore] = [clause, score];
  }
  return best;
}

function orClauses(plans: readonly Plan[]): readonly Clause[] {
  const merged: Clause[number][] = [];
  for (const plan of plans) {
    const best = bestClause(plan.clauses);
    if (!best) return [];
    merged.push(...best);
  }
  return merged.length <= MAX_ALTERNATIVES ? [merged] : [];
}

function combineLevels(
  plans: readonly Plan[],
  has: (sets: readonly ReadonlySet<Level>[], level: Level) => boolean,
): ReadonlySet<Level> | null {
  const sets: ReadonlySet<Level>[] = [];
  for (const { levels } of plans) {
    if (levels === null) return null;
    sets.push(levels);
  }
  return new Set(LEVELS.filter((level) => has(sets, level)));
}
