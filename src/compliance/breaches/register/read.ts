import type { Ctx } from '../../../env.ts';
import { fromBase64Url, toBase64Url, utf8 } from '../../../shared/bytes.ts';
import { invalidInput, type Problem } from '../../../shared/problem.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { BREACH_STATES, type Breach, type BreachState } from '../../../wire/compliance.ts';
import { admittedTo } from '../../access.ts';
import type { ComplianceError } from '../../errors.ts';
import { findClocks } from './clock-store.ts';
import type { Clock } from './clocks.ts';
import { shownBreach } from './shown.ts';
import { type BreachPlace, findBreachRow, findTotals, listBreachRows, type StoredBreach } from './store.ts';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

export interface BreachQuery {
  projectId: string | null;
  state: BreachState | null;
  limit: number;
  after: BreachPlace | null;
}

/** Reads `?project=&state=&limit=&cursor=`. */
export function parseBreachQuery(query: Readonly<Record<string, string | undefined>>): Result<BreachQuery, Problem> {
  const limit = query.limit === undefined ? DEFAULT_PAGE : Number(query.limit);
  const state = BREACH_STATES.find((known) => known === query.state) ?? null;
  const after = query.cursor === undefined ? null : placeOf(query.cursor);
  const findings = [
    ...(Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE
      ? []
      : [{ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` }]),
    ...(query.state === undefined || state !== null
      ? []
      : [{ pointer: '/state', reason: `must be one of ${BREACH_STATES.join(', ')}` }]),
    ...(query.cursor === undefined || after !== null
      ? []
      : [{ pointer: '/cursor', reason: 'must be a nextCursor of this list' }]),
  ];
  return findings.length > 0
    ? err(invalidInput(findings))
    : ok({ projectId: query.project ?? null, state, limit, after });
}

/** The next clock to run out first. Errors: project. */
export async function listBreaches(
  ctx: Ctx,
  { projectId, state, limit, after }: BreachQuery,
): Promise<Result<{ items: Breach[]; nextCursor: string | null }, ComplianceError>> {
  const { DB } = ctx.env;
  const project = await admittedTo(ctx, projectId);
  if (!project.ok) return project;
  const rows = await listBreachRows(DB, { projectId, state }, after, limit + 1);
  const page = rows.slice(0, limit);
  const ids = page.map(({ breach }) => breach.id);
  const [clocks, totals] = await Promise.all([findClocks(DB, ids), findTotals(DB, ids)]);
  const last = page.at(-1);
  return ok({
    items: page.map(({ breach }) => shownBreach(breach, clocks.get(breach.id) ?? [], totals.get(breach.id), ctx.nowMs)),
    nextCursor: rows.length > limit && last ? cursorOf(last.place) : null,
  });
}

/** Whoever may not administer its project learns nothing of it. Error: breach_not_found. */
export async function findBreach(ctx: Ctx, id: string): Promise<Result<StoredBreach, ComplianceError>> {
  const breach = await findBreachRow(ctx.env.DB, id);
  if (breach === null) return err({ kind: 'breach_not_found' });
  const project = await admittedTo(ctx, breach.projectId);
  if (project.ok) return ok(breach);
  const isUnseen = project.error.kind === 'project' && project.error.error.kind === 'not_found';
  return isUnseen ? err({ kind: 'breach_not_found' }) : project;
}

/** With its clocks. Error: breach_not_found. */
export async function findWithClocks(
  ctx: Ctx,
  id: string,
): Promise<Result<{ breach: StoredBreach; clocks: Clock[] }, ComplianceError>> {
  const breach = await findBreach(ctx, id);
  if (!breach.ok) return breach;
  return ok({ breach: breach.value, clocks: (await findClocks(ctx.env.DB, [id])).get(id) ?? [] });
}

/** Error: breach_not_found. */
export async function readBreach(ctx: Ctx, id: string): Promise<Result<Breach, ComplianceError>> {
  const found = await findWithClocks(ctx, id);
  if (!found.ok) return found;
  const totals = await findTotals(ctx.env.DB, [id]);
  return ok(shownBreach(found.value.breach, found.value.clocks, totals.get(id), ctx.nowMs));
}

function cursorOf({ rank, sortMs, id }: BreachPlace): string {
  return toBase64Url(utf8(`${rank}.${sortMs}.${id}`));
}

/** Null for what is no cursor. */
function placeOf(cursor: string): BreachPlace | null {
  const text = new TextDecoder().decode(fromBase64Url(cursor) ?? new Uint8Array(0));
  const [, rank, sortMs, id] = /^([012])\.(-?\d{1,16})\.(.+)$/.exec(text) ?? [];
  return rank && sortMs && id ? { rank: Number(rank), sortMs: Number(sortMs), id } : null;
}
