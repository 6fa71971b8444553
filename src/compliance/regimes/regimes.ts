import { actorId, auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Regime } from '../../wire/compliance.ts';
import type { ComplianceError } from '../errors.ts';
import { BUILT_IN_REGIMES } from './built-in.ts';
import { NAME, type RegimeInput } from './schema.ts';
import { countRegimes, findRegimeRow, insertRegimeVersion, listRegimeRows } from './store.ts';

/** Of an administrator's own. All are read for each list. */
const MAX_REGIMES = 50;

/** Built-in ones first, each in its newest version. */
export async function listRegimes(ctx: Ctx): Promise<Regime[]> {
  const newest = BUILT_IN_REGIMES.filter(
    (regime) => !BUILT_IN_REGIMES.some(({ id, version }) => id === regime.id && version > regime.version),
  );
  return [...newest, ...(await listRegimeRows(ctx.env.DB))];
}

/** In its newest version, or the one that is named. */
export async function findRegime(ctx: Ctx, id: string, version: number | null = null): Promise<Regime | null> {
  const ofId = BUILT_IN_REGIMES.filter((regime) => regime.id === id);
  if (ofId.length === 0) return findRegimeRow(ctx.env.DB, id, version);
  return (version === null ? ofId.at(-1) : ofId.find((regime) => regime.version === version)) ?? null;
}

/** Adds a regime, or the next version of one. Breaches and requests that are open keep what they were opened with. Errors: invalid, regime_built_in, regime_changed, too_many. */
export async function saveRegime(
  ctx: Ctx,
  id: string,
  { version: madeFrom, ...definition }: RegimeInput,
): Promise<Result<Regime, ComplianceError>> {
  const { DB } = ctx.env;
  if (!NAME.test(id))
    return err({
      kind: 'invalid',
      errors: [{ pointer: '/id', reason: 'must be small letters, digits and _, at most 32' }],
    });
  if (BUILT_IN_REGIMES.some((regime) => regime.id === id)) return err({ kind: 'regime_built_in' });
  if (madeFrom === 0 && (await countRegimes(DB)) >= MAX_REGIMES)
    return err({ kind: 'too_many', what: 'regimes of your own', most: MAX_REGIMES });
  const version = madeFrom + 1;
  const [saved] = await auditedBatch(ctx, [
    insertRegimeVersion(DB, { id, version, definition }, { id: actorId(ctx.actor) ?? '', atMs: ctx.nowMs }),
    auditIfChanged(ctx, { action: 'regime.save', target: id, projectId: null, detail: { version } }),
  ]);
  if (saved?.meta.changes) return ok({ ...definition, id, version, builtIn: false });
  return err({ kind: 'regime_changed', version: (await findRegimeRow(DB, id, null))?.version ?? 0 });
}
