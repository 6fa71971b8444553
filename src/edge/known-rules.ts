import { askBrowserRules, type TakeContext } from '../limits/index.ts';
import { log } from '../shared/log.ts';
import { NO_EDGE } from './edge.ts';
import { type CompiledRules, compileRules } from './page-rules.ts';

/** How late a change of rules may be felt by an isolate that was not told of it. */
const ASK_AGAIN_MS = 60_000;
/** After the limiter did not answer. */
const ASK_AWAY_AGAIN_MS = 5_000;
/** Of projects whose rules an isolate remembers; with more it asks more often. */
const MAX_REMEMBERED = 1_000;

interface Known {
  version: number;
  rules: CompiledRules;
  askAgainAtMs: number;
}

const projects = new Map<string, Known>();

/**
 * The rules by which a project's records are shaped. The write side reads no database: its limiter is asked for them, at most once a minute, and where
 * that is away records go on being taken by the rules that were known last, or by the built-in ones.
 */
export async function rulesOf(ctx: TakeContext, projectId: string): Promise<CompiledRules> {
  const known = projects.get(projectId);
  if (known && isFresh(known, ctx.nowMs)) return known.rules;
  // One request asks for all; the others that come meanwhile go on by what is known. Where that is nothing, each asks for itself.
  if (known) known.askAgainAtMs = ctx.nowMs + ASK_AGAIN_MS;
  const answer = await askBrowserRules(ctx, projectId);
  if (answer === null) return noteAway(projectId, known ?? null, ctx.nowMs);
  const rules =
    known?.version === answer.version ? known.rules : answer.version === 0 ? NO_EDGE.rules : compileRules(answer);
  remember(projectId, { version: answer.version, rules, askAgainAtMs: ctx.nowMs + ASK_AGAIN_MS });
  return rules;
}

/** What is known without asking: for frames of sockets, which cannot wait. */
export function knownRules(projectId: string): CompiledRules {
  return projects.get(projectId)?.rules ?? NO_EDGE.rules;
}

export function areRulesFresh(projectId: string, nowMs: number): boolean {
  const known = projects.get(projectId);
  return known !== undefined && isFresh(known, nowMs);
}

/** The isolate that changes the rules of a project asks for them anew. */
export function forgetRules(projectId: string): void {
  projects.delete(projectId);
}

function noteAway(projectId: string, known: Known | null, nowMs: number): CompiledRules {
  const rules = known?.rules ?? NO_EDGE.rules;
  remember(projectId, { version: known?.version ?? 0, rules, askAgainAtMs: nowMs + ASK_AWAY_AGAIN_MS });
  log('warn', 'browser_rules_unknown', { projectId, version: known?.version ?? null });
  return rules;
}

function remember(projectId: string, known: Known): void {
  if (projects.size >= MAX_REMEMBERED && !projects.has(projectId)) projects.clear();
  projects.set(projectId, known);
}

/** Later than it can be is what a clock that was set back makes of it. */
function isFresh({ askAgainAtMs }: Known, nowMs: number): boolean {
  return nowMs < askAgainAtMs && nowMs >= askAgainAtMs - ASK_AGAIN_MS;
}
