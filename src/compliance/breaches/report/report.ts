import type { Ctx } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { BreachReport, Regime } from '../../../wire/compliance.ts';
import type { ComplianceError } from '../../errors.ts';
import { findRegime } from '../../regimes/regimes.ts';
import { listNotificationRows } from '../notify/notification-store.ts';
import type { Clock } from '../register/clocks.ts';
import { findWithClocks } from '../register/read.ts';
import { findTotals, type StoredBreach } from '../register/store.ts';
import { sectionsOf } from './sections.ts';

export interface MadeReport {
  report: BreachReport;
  regime: Regime;
  breach: StoredBreach;
  clocks: readonly Clock[];
}

/** What the authority asks to be told, as far as the register says it. Without `regimeId` that of a breach that has one. Errors: breach_not_found, invalid. */
export async function makeReport(
  ctx: Ctx,
  breachId: string,
  regimeId: string | null,
): Promise<Result<MadeReport, ComplianceError>> {
  const { DB } = ctx.env;
  const found = await findWithClocks(ctx, breachId);
  if (!found.ok) return found;
  const { breach } = found.value;
  const named =
    regimeId === null && breach.regimes.length === 1
      ? breach.regimes[0]
      : breach.regimes.find(({ id }) => id === regimeId);
  const regime = named ? await findRegime(ctx, named.id, named.version) : null;
  if (regime === null) {
    const reason = `must be a regime of the breach: ${breach.regimes.map(({ id }) => id).join(', ')}`;
    return err({ kind: 'invalid', errors: [{ pointer: '/regime', reason }] });
  }
  const clocks = found.value.clocks.filter((clock) => clock.regimeId === regime.id && !clock.withdrawn);
  const [totals, notifications] = await Promise.all([findTotals(DB, [breachId]), listNotificationRows(DB, breachId)]);
  const reported = { breach, clocks, totals: totals.get(breachId), notifications };
  return ok({
    ...{ regime, breach, clocks },
    report: {
      ...{ breachId, regimeId: regime.id, generatedAtMs: ctx.nowMs, title: breach.title },
      ...sectionsOf(regime, reported, ctx.nowMs),
    },
  });
}
