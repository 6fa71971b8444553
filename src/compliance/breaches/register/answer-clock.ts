import type { Ctx } from '../../../env.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { Breach } from '../../../wire/compliance.ts';
import type { Admin } from '../../access.ts';
import type { ComplianceError } from '../../errors.ts';
import { checkCurrent, saveChange } from './change.ts';
import { answered, type ClockAnswer } from './clocks.ts';
import { findWithClocks } from './read.ts';
import type { ClockAnswerInput } from './schema.ts';

/**
 * Says that a duty was done, that it was not needed, or, by `doneAtMs` null, that it is open after all. Errors: breach_not_found, clock_not_found,
 * breach_resolved, breach_changed (somebody changed the breach in this moment), invalid.
 */
export async function answerClock(
  ctx: Ctx,
  admin: Admin,
  { id, clockId }: { id: string; clockId: string },
  input: ClockAnswerInput,
): Promise<Result<Breach, ComplianceError>> {
  const found = await findWithClocks(ctx, id);
  if (!found.ok) return found;
  const { breach: before, clocks: beforeClocks } = found.value;
  const clock = beforeClocks.find((one) => one.id === clockId && !one.withdrawn);
  if (!clock) return err({ kind: 'clock_not_found' });
  const current = checkCurrent(before, before.version);
  if (!current.ok) return current;
  const answer = answerOf(input);
  const fault = timeFault(answer.doneAtMs, before.detectedAtMs, ctx.nowMs);
  if (fault !== null) return err({ kind: 'invalid', errors: [{ pointer: '/doneAtMs', reason: fault }] });
  const next = answered(clock, answer, admin.username, ctx.nowMs);
  const clocks = beforeClocks.map((one) => (one.id === clockId ? next : one));
  return saveChange(ctx, { before, beforeClocks }, { ...before, version: before.version + 1 }, clocks, {
    action: 'breach.clock',
    detail: { clock: clockId, ...answer },
  });
}

function answerOf(input: ClockAnswerInput): ClockAnswer & { note: string | null } {
  if ('notNeeded' in input) return { doneAtMs: null, notNeeded: true, note: input.note };
  return { doneAtMs: input.doneAtMs, notNeeded: false, note: input.note };
}

function timeFault(doneAtMs: number | null, detectedAtMs: number, nowMs: number): string | null {
  if (doneAtMs === null) return null;
  if (doneAtMs > nowMs) return 'must not be in the future';
  return doneAtMs < detectedAtMs ? 'must not be before the breach was detected' : null;
}
