import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { compileQuery } from '../../../query/index.ts';
import { randomId } from '../../../shared/ids.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { BreachSearch } from '../../../wire/compliance.ts';
import { type Admin, admittedTo } from '../../access.ts';
import type { ComplianceError } from '../../errors.ts';
import { findBreach } from '../register/read.ts';
import { findBreachRow, type StoredBreach } from '../register/store.ts';
import type { AffectedSearchInput } from './schema.ts';
import { insertSearch, listSearchRows, type StoredSearch } from './search-store.ts';

/** Each record of a search is held against those before it, so that none is counted twice. */
const MAX_SEARCHES = 20;

/** Looks up who is affected, from the next minutes on (job breach_search). Errors: breach_not_found, breach_resolved, project, invalid, read, too_many. */
export async function startSearch(
  ctx: Ctx,
  admin: Admin,
  breachId: string,
  { project, q, from, to, stream }: AffectedSearchInput,
): Promise<Result<BreachSearch, ComplianceError>> {
  const { DB } = ctx.env;
  const breach = await findBreach(ctx, breachId);
  if (!breach.ok) return breach;
  const projectId = projectOf(breach.value, project);
  if (!projectId.ok) return projectId;
  const access = await admittedTo(ctx, projectId.value);
  if (!access.ok) return access;
  const query = compileQuery(q);
  if (!query.ok) return err({ kind: 'read', error: { kind: 'invalid_query', error: query.error } });
  const id = randomId('brs');
  const started = { startedAtMs: ctx.nowMs, startedBy: admin.userId, startedByName: admin.username };
  const [inserted] = await auditedBatch(ctx, [
    insertSearch(
      DB,
      { id, breachId, projectId: projectId.value, q, stream, fromMs: from, toMs: to, ...started },
      MAX_SEARCHES,
    ),
    auditIfChanged(ctx, {
      ...{ action: 'breach.search', target: breachId, projectId: projectId.value },
      // Without the query: it may name people, and nothing of the trail can be erased.
      detail: { search: id, stream, fromMs: from, toMs: to },
    }),
  ]);
  if (!inserted?.meta.changes) {
    const now = await findBreachRow(DB, breachId);
    if (now?.state === 'resolved') return err({ kind: 'breach_resolved' });
    return err({ kind: 'too_many', what: 'searches of a breach', most: MAX_SEARCHES });
  }
  const made = (await listSearchRows(DB, breachId)).find((search) => search.id === id);
  return made ? ok(shownSearch(made)) : err({ kind: 'breach_not_found' });
}

/** Error: breach_not_found. */
export async function listSearches(ctx: Ctx, breachId: string): Promise<Result<BreachSearch[], ComplianceError>> {
  const breach = await findBreach(ctx, breachId);
  if (!breach.ok) return breach;
  return ok((await listSearchRows(ctx.env.DB, breachId)).map(shownSearch));
}

function projectOf({ projectId }: StoredBreach, named: string | null): Result<string, ComplianceError> {
  const wrong = (reason: string): Result<never, ComplianceError> =>
    err({ kind: 'invalid', errors: [{ pointer: '/project', reason }] });
  if (projectId !== null && named !== null && named !== projectId) return wrong('must be the project of the breach');
  const chosen = projectId ?? named;
  return chosen === null ? wrong('is missing: the breach is of the whole deployment') : ok(chosen);
}

function shownSearch(search: StoredSearch): BreachSearch {
  const { id, projectId, q, stream, fromMs, toMs, state, matched, named, cursor } = search;
  const { startedAtMs, startedByName, endedAtMs, problem } = search;
  const reachedMs = state === 'done' ? toMs : Math.max(fromMs, cursor?.ts ?? fromMs);
  return {
    ...{ id, projectId, q, stream, fromMs, toMs, state, matched, named, reachedMs },
    ...{ startedAtMs, startedByName, endedAtMs, problem },
  };
}
