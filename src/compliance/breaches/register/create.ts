import { auditedBatch, auditStatement } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { randomId } from '../../../shared/ids.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Breach, Regime } from '../../../wire/compliance.ts';
import { type Admin, admittedTo } from '../../access.ts';
import type { ComplianceError } from '../../errors.ts';
import { findRegime } from '../../regimes/regimes.ts';
import { checkLateReasons, checkTimes, type Finding } from './check.ts';
import { insertClocks } from './clock-store.ts';
import { clocksOf, placeInList, withClocks } from './clocks.ts';
import { readBreach } from './read.ts';
import type { NewBreachInput } from './schema.ts';
import { insertBreach, insertTotals, type StoredBreach } from './store.ts';

/** Its clocks run from `awareAtMs`, by the newest version of each regime. Errors: project, invalid. */
export async function createBreach(
  ctx: Ctx,
  admin: Admin,
  { projectId, title, detectedAtMs, awareAtMs, regimeIds, ...facts }: NewBreachInput,
): Promise<Result<Breach, ComplianceError>> {
  const { env, nowMs } = ctx;
  const project = await admittedTo(ctx, projectId);
  if (!project.ok) return project;
  const regimes = await namedRegimes(ctx, regimeIds);
  if (!regimes.ok) return err({ kind: 'invalid', errors: regimes.error });
  const due = regimes.value.flatMap((regime) => clocksOf(regime, { awareAtMs, highRisk: facts.highRisk }));
  const errors = [
    ...checkTimes({ detectedAtMs, awareAtMs, ...facts }, nowMs),
    ...checkLateReasons(
      facts.lateReasons,
      due.map(({ id }) => id),
    ),
  ];
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  const breach: StoredBreach = {
    ...{ id: randomId('brc'), projectId, title, state: 'open', version: 1, detectedAtMs, awareAtMs, facts },
    regimes: regimes.value.map(({ id, version }) => ({ id, version })),
    ...{ createdAtMs: nowMs, createdBy: admin.userId, createdByName: admin.username },
    ...{ resolvedAtMs: null, resolution: null },
  };
  const clocks = withClocks([], due, nowMs);
  await auditedBatch(ctx, [
    insertBreach(env.DB, breach, placeInList(breach, clocks)),
    auditStatement(ctx, {
      ...{ action: 'breach.create', target: breach.id, projectId },
      detail: { title, detectedAtMs, awareAtMs, regimes: breach.regimes, clocks: clocks.map(({ id }) => id) },
    }),
    insertTotals(env.DB, breach.id),
    insertClocks(env.DB, breach, clocks),
  ]);
  return readBreach(ctx, breach.id);
}

/** In their newest version. */
export async function namedRegimes(ctx: Ctx, ids: readonly string[]): Promise<Result<Regime[], Finding[]>> {
  const found = await Promise.all(ids.map((id) => findRegime(ctx, id)));
  const errors = found.flatMap((regime, i) =>
    regime === null ? [{ pointer: `/regimeIds/${i}`, reason: 'no regime has that id' }] : [],
  );
  return errors.length > 0 ? err(errors) : ok(found.filter((regime) => regime !== null));
}
