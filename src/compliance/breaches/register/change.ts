import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Breach, Regime } from '../../../wire/compliance.ts';
import type { JsonObject } from '../../../wire/record.ts';
import type { ComplianceError } from '../../errors.ts';
import { findRegime } from '../../regimes/regimes.ts';
import { checkLateReasons, checkTimes } from './check.ts';
import { insertClocks, updateClocks } from './clock-store.ts';
import { type Clock, clocksOf, placeInList, withClocks } from './clocks.ts';
import { namedRegimes } from './create.ts';
import { findWithClocks, readBreach } from './read.ts';
import type { ChangeBreachInput } from './schema.ts';
import { type BreachFacts, findBreachRow, type StoredBreach, saveBreach } from './store.ts';

/**
 * What is left out stays. A regime that is taken away takes its clocks from the list, with what was said of them; one that comes back brings them back. Errors:
 * breach_not_found, breach_changed, breach_resolved, invalid.
 */
export async function changeBreach(
  ctx: Ctx,
  id: string,
  { version, title, state, regimeIds, detectedAtMs: _, awareAtMs: __, ...facts }: ChangeBreachInput,
): Promise<Result<Breach, ComplianceError>> {
  const found = await findWithClocks(ctx, id);
  if (!found.ok) return found;
  const { breach: before, clocks: beforeClocks } = found.value;
  const current = checkCurrent(before, version);
  if (!current.ok) return current;
  const regimes = await regimesOf(ctx, before, regimeIds ?? null);
  if (!regimes.ok) return regimes;
  const next: StoredBreach = {
    ...before,
    ...{ version: version + 1, title: title ?? before.title, state: state ?? before.state },
    facts: { ...before.facts, ...facts },
    regimes: regimes.value.map((regime) => ({ id: regime.id, version: regime.version })),
  };
  const due = regimes.value.flatMap((regime) =>
    clocksOf(regime, { awareAtMs: before.awareAtMs, highRisk: next.facts.highRisk }),
  );
  const clocks = withClocks(beforeClocks, due, ctx.nowMs);
  const errors = [
    ...checkTimes({ ...before, ...next.facts }, ctx.nowMs),
    ...checkLateReasons(
      facts.lateReasons ?? {},
      due.map((clock) => clock.id),
    ),
  ];
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  return saveChange(ctx, { before, beforeClocks }, next, clocks, {
    action: 'breach.change',
    detail: { changed: changedFields(before, next) },
  });
}

/** Errors: breach_resolved, breach_changed. */
export function checkCurrent({ state, version: newest }: StoredBreach, version: number): Result<null, ComplianceError> {
  if (state === 'resolved') return err({ kind: 'breach_resolved' });
  return version === newest ? ok(null) : err({ kind: 'breach_changed', version: newest });
}

/** The next version of a breach and its clocks, in one transaction. Errors: breach_changed, breach_resolved. */
export async function saveChange(
  ctx: Ctx,
  { before, beforeClocks }: { before: StoredBreach; beforeClocks: readonly Clock[] },
  next: StoredBreach,
  clocks: readonly Clock[],
  { action, detail }: { action: string; detail: JsonObject },
): Promise<Result<Breach, ComplianceError>> {
  const { DB } = ctx.env;
  const isThere = ({ id }: Clock) => beforeClocks.some((clock) => clock.id === id);
  const results = await auditedBatch(ctx, [
    updateClocks(DB, before, clocks.filter(isThere)),
    insertClocks(
      DB,
      before,
      clocks.filter((clock) => !isThere(clock)),
    ),
    saveBreach(DB, next, placeInList(next, clocks)),
    auditIfChanged(ctx, {
      ...{ action, target: next.id, projectId: next.projectId },
      detail: { version: next.version, ...detail },
    }),
  ]);
  if (results[2]?.meta.changes) return readBreach(ctx, next.id);
  const now = await findBreachRow(DB, next.id);
  if (now === null) return err({ kind: 'breach_not_found' });
  if (now.state === 'resolved') return err({ kind: 'breach_resolved' });
  // It is what it was, and could not be closed: a search or a notification of it has begun in this moment.
  if (now.version === before.version) return err({ kind: 'affected_in_work' });
  return err({ kind: 'breach_changed', version: now.version });
}

/** Those that stay keep their version. */
async function regimesOf(
  ctx: Ctx,
  { regimes }: StoredBreach,
  ids: readonly string[] | null,
): Promise<Result<Regime[], ComplianceError>> {
  const named = ids === null ? ok(null) : await namedRegimes(ctx, ids);
  if (!named.ok) return err({ kind: 'invalid', errors: named.error });
  const wanted = named.value?.map(({ id }) => id) ?? regimes.map(({ id }) => id);
  const kept = await Promise.all(
    regimes.filter(({ id }) => wanted.includes(id)).map(({ id, version }) => findRegime(ctx, id, version)),
  );
  if (kept.includes(null)) throw new Error('a version of a regime that a breach came under is gone');
  const stays = kept.filter((regime) => regime !== null);
  const comes = (named.value ?? []).filter(({ id }) => !stays.some((regime) => regime.id === id));
  return ok([...stays, ...comes]);
}

function changedFields(before: StoredBreach, next: StoredBreach): string[] {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  const names = Object.keys(next.facts) as (keyof BreachFacts)[];
  const ofRow = (['title', 'state', 'regimes'] as const).filter((name) => differs(before[name], next[name]));
  return [...ofRow, ...names.filter((name) => differs(before.facts[name], next.facts[name]))];
}
