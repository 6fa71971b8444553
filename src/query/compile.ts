import { err, ok, type Result } from '../shared/result.ts';
import type { Level, LogRecord } from '../wire/record.ts';
import type { QueryError, QueryNode } from './language/ast.ts';
import { parseQuery } from './language/parse.ts';
import { barePlan, fieldPlan } from './match/field.ts';
import { type Clause, UNUSUAL_NUMBER } from './match/needle.ts';
import {
  ALL_PLAN,
  andPlan,
  type BlockFacts,
  bestClause,
  notPlan,
  orPlan,
  type Plan,
  type Verdict,
} from './match/plan.ts';
import type { TokenNeed } from './match/token-need.ts';

/** A search, ready to run on records, on stored lines and on blocks. */
export interface CompiledQuery {
  /** As it was typed. */
  text: string;
  /** Everything matches. */
  isAll: boolean;
  matches(record: LogRecord): boolean;
  /** The same for one stored NDJSON line; most lines that do not match are never parsed. */
  matchesLine(line: string): boolean;
  /** The words that a block must have; null where nothing is known. */
  need: TokenNeed | null;
  /** Text that a line must have: one needle of each clause. The first clause is the one to search for. */
  clauses: readonly Clause[];
  /** What the index row says of a block. */
  verdict(facts: BlockFacts): Verdict;
  /** True where verdict() profits from the block's summary. */
  wantsSummary: boolean;
  /** The levels that match, where the level alone decides; else null. */
  levels: ReadonlySet<Level> | null;
}

/** Compiles a search (docs/search.md). Uses no eval; regular expressions are made of plain text only, so none is expensive. */
export function compileQuery(text: string): Result<CompiledQuery, QueryError> {
  const parsed = parseQuery(text);
  if (!parsed.ok) return parsed;
  const planned = planOf(parsed.value);
  if (!planned.ok) return planned;
  return ok(queryOf(text, planned.value));
}

function queryOf(text: string, plan: Plan): CompiledQuery {
  const first = bestClause(plan.clauses);
  const clauses = first ? [first, ...plan.clauses.filter((clause) => clause !== first)] : [];
  return {
    text,
    isAll: plan === ALL_PLAN,
    matches: plan.matches,
    matchesLine: (line) => isCandidate(clauses, line) && plan.matches(JSON.parse(line) as LogRecord),
    need: plan.need,
    clauses,
    verdict: plan.verdict,
    wantsSummary: plan.wantsSummary,
    levels: plan.levels,
  };
}

/** The empty search. */
export const MATCH_ALL: CompiledQuery = queryOf('', ALL_PLAN);

function planOf(node: QueryNode): Result<Plan, QueryError> {
  switch (node.kind) {
    case 'all':
      return ok(ALL_PLAN);
    case 'bare':
      return ok(barePlan(node));
    case 'field':
      return fieldPlan(node);
    case 'not': {
      const plan = planOf(node.item);
      return plan.ok ? ok(notPlan(plan.value)) : plan;
    }
    case 'and':
    case 'or': {
      const plans: Plan[] = [];
      for (const item of node.items) {
        const plan = planOf(item);
        if (!plan.ok) return err(plan.error);
        plans.push(plan.value);
      }
      return ok(node.kind === 'and' ? andPlan(plans) : orPlan(plans));
    }
  }
}

/** False only where no record on this line can match. */
function isCandidate(clauses: readonly Clause[], line: string): boolean {
  if (clauses.length === 0) return true;
  const folded = line.toLowerCase();
  let hasUnusualNumber: boolean | null = null;
  for (const clause of clauses) {
    if (clause.some((needle) => folded.includes(needle.text))) continue;
    if (!clause.some((needle) => needle.maybeNumber)) return false;
    hasUnusualNumber ??= UNUSUAL_NUMBER.test(folded);
    if (!hasUnusualNumber) return false;
  }
  return true;
}
