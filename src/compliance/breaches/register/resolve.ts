import type { Ctx } from '../../../env.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { Breach } from '../../../wire/compliance.ts';
import type { ComplianceError } from '../../errors.ts';
import { checkCurrent, saveChange } from './change.ts';
import { isAnswered } from './clocks.ts';
import { findWithClocks } from './read.ts';
import type { ResolveInput } from './schema.ts';
import { findTotals } from './store.ts';

/** Closes it for good. Errors: breach_not_found, breach_changed, breach_resolved, clocks_open, affected_in_work. */
export async function resolveBreach(
  ctx: Ctx,
  id: string,
  { version, resolution }: ResolveInput,
): Promise<Result<Breach, ComplianceError>> {
  const found = await findWithClocks(ctx, id);
  if (!found.ok) return found;
  const { breach: before, clocks } = found.value;
  const current = checkCurrent(before, version);
  if (!current.ok) return current;
  const open = clocks.filter((clock) => !clock.withdrawn && !isAnswered(clock));
  if (open.length > 0) return err({ kind: 'clocks_open', clocks: open.map((clock) => clock.id) });
  const totals = (await findTotals(ctx.env.DB, [id])).get(id);
  const isTelling = totals?.notifying === 1 && totals.waiting + totals.claimed > 0;
  if (isTelling || (totals?.searching ?? 0) > 0) return err({ kind: 'affected_in_work' });
  const next = { ...before, version: version + 1, state: 'resolved', resolvedAtMs: ctx.nowMs, resolution } as const;
  return saveChange(ctx, { before, beforeClocks: clocks }, next, clocks, {
    action: 'breach.resolve',
    detail: { resolution },
  });
}
