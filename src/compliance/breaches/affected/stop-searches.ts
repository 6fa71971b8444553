import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import type { Result } from '../../../shared/result.ts';
import type { BreachSearch } from '../../../wire/compliance.ts';
import type { ComplianceError } from '../../errors.ts';
import { findBreach } from '../register/read.ts';
import { stopSearchRows } from './search-store.ts';
import { listSearches } from './start-search.ts';

/** Those of a breach that run, for good. Whom they have found stays: another search may find the rest. Answers all. Error: breach_not_found. */
export async function stopSearches(ctx: Ctx, breachId: string): Promise<Result<BreachSearch[], ComplianceError>> {
  const breach = await findBreach(ctx, breachId);
  if (!breach.ok) return breach;
  await auditedBatch(ctx, [
    stopSearchRows(ctx.env.DB, breachId, ctx.nowMs),
    auditIfChanged(ctx, {
      ...{ action: 'breach.search_stop', target: breachId, projectId: breach.value.projectId },
      detail: {},
    }),
  ]);
  return listSearches(ctx, breachId);
}
