import type { Ctx } from '../../env.ts';
import { Unfinished } from '../../jobs/index.ts';
import { clearContextStatement, leftContext } from '../entry-store.ts';
import { reportFindings } from '../findings/report.ts';
import { watchStructure } from '../structure/watch.ts';
import { type SealOutcome, seal } from './seal.ts';

/** Every minute. At most 75 statements. Fails where it refuses to sign, so that it is seen wherever failures of jobs are. */
export async function sealTrail(ctx: Ctx): Promise<Record<string, number> | Unfinished> {
  const { outcome, findings, changes } = await sealNow(ctx);
  if (outcome.kind === 'refused') {
    return new Unfinished(`Nothing was signed. ${outcome.finding.detail}`, { schemaChanges: changes, findings });
  }
  return { entries: outcome.added, size: outcome.size, schemaChanges: changes, findings };
}

/** What is left of a context and what became of triggers is looked at first, and kept with what was written meanwhile. */
export async function sealNow(ctx: Ctx): Promise<{ outcome: SealOutcome; changes: number; findings: number }> {
  const left = await watchContext(ctx);
  const structure = await watchStructure(ctx);
  const outcome = await seal(ctx);
  return { outcome, changes: structure.changes, findings: outcome.findings + structure.findings + left };
}

/** The program takes its context away in the transaction that brought it: one that is there was put there by hand, to write in another's name. */
async function watchContext(ctx: Ctx): Promise<number> {
  const left = await leftContext(ctx.env.DB);
  if (left === null) return 0;
  const name = `${left.actor_kind} ${left.actor_id ?? ''}`.trim();
  const found = await reportFindings(ctx, [
    {
      id: `context/${left.at_ms}/${left.request_id}/${name}`.slice(0, 200),
      kind: 'console_write',
      seq: null,
      detail: `A context was left in the database, which names ${name} for whatever is written by hand.`,
    },
  ]);
  await ctx.env.DB.batch([clearContextStatement(ctx.env.DB)]);
  return found;
}
