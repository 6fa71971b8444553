import type { Ctx } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ErasureReceipt } from '../../../wire/compliance.ts';
import type { ComplianceError } from '../../errors.ts';
import { inOrder } from '../requests/view.ts';
import type { StoredRequest } from '../store/request-store.ts';
import { type StoredStep, stepsOf } from '../store/step-store.ts';

/** What an erasure does not reach, whoever's it is (docs/compliance.md). */
const NOT_COVERED: readonly string[] = [
  'What receivers of webhooks, exports and downloads were given before: ask them.',
  'The history from which the database can be restored, until the time given here. Where it is restored, the erasure is carried out again.',
  'The logs of the platform and of the edge, which this program does not keep.',
  'Rollups, counters and other sums, which hold no record; names of metrics, pages and releases in them.',
  'Names of attributes: identifiers are looked for in values.',
  'What operators have written: saved searches, rules, silences, notes on firings and verdicts, and the audit trail, which is not changed.',
  'Firings of alerts and their labels, which end by their own retention.',
];

/** What is gone from where, and what is not. Errors: not_executed. */
export async function receiptOf(ctx: Ctx, request: StoredRequest): Promise<Result<ErasureReceipt, ComplianceError>> {
  const { id, executedAtMs, restorableUntilMs } = request;
  if (executedAtMs === null || restorableUntilMs === null) return err({ kind: 'not_executed' });
  const steps = (await stepsOf(ctx.env.DB, [id])).get(id) ?? [];
  return ok(receiptOfSteps({ ...request, executedAtMs, restorableUntilMs }, steps));
}

export function receiptOfSteps(
  request: StoredRequest & { executedAtMs: number; restorableUntilMs: number },
  steps: readonly StoredStep[],
): ErasureReceipt {
  const { id, reference, regimeId, receivedAtMs, executedAtMs, restorableUntilMs } = request;
  const ended = inOrder(steps).filter(({ finishedAtMs }) => finishedAtMs !== null);
  return {
    ...{ requestId: id, reference, regimeId, receivedAtMs, executedAtMs, restorableUntilMs },
    erased: ended
      .filter(({ state, counts }) => state === 'done' || Object.values(counts).some((count) => count > 0))
      .map(({ category, counts, finishedAtMs }) => ({ category, counts, atMs: finishedAtMs ?? executedAtMs })),
    held: inOrder(steps).flatMap(({ category, held }) =>
      held.map(({ stream, reason }) => ({ category, stream, reason })),
    ),
    notCovered: [...NOT_COVERED],
  };
}
