import type { Ctx } from '../env.ts';
import { randomId } from '../shared/ids.ts';
import { mergeRollup } from './build.ts';
import { type FoldedRollup, type FoldRow, readLoose, storeFolded } from './fold-store.ts';
import { rollupOf } from './store.ts';

/** Loose rows of one round: with dimensions a row is a few KB, and 600 at most (store.ts). */
const ROWS_PER_ROUND = 500;
/** A round takes three statements to read and some twenty to write, of the thousand that an invocation may make (cron.ts). */
const MAX_ROUNDS = 30;

export interface FoldCounts extends Record<string, number> {
  /** Loose rows that went into folded ones. */
  folded: number;
  /** Rounds in which another run was faster. */
  lost: number;
}

/**
 * The cron job: joins the rows that sealed blocks left for a metric's bucket into one. A round is one transaction that rests on the version
 * it has read, so a run that meets another, or is repeated after a crash, counts nothing twice.
 */
export async function foldRollups(ctx: Ctx): Promise<FoldCounts> {
  const counts: FoldCounts = { folded: 0, lost: 0 };
  // Begins at a project of chance: where there is more to do than one run can, the same projects must not always come last.
  const starts = [randomId('prj'), ''];
  let fromProject = starts.shift() as string;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { version, rows } = await readLoose(ctx.env.DB, fromProject, ROWS_PER_ROUND);
    const loose = rows.filter(({ source }) => source !== '');
    if (loose.length === 0) {
      const next = starts.shift();
      if (next === undefined) break;
      fromProject = next;
      continue;
    }
    if (await storeFolded(ctx.env.DB, version, loose, joined(rows))) counts.folded += loose.length;
    else counts.lost++;
  }
  return counts;
}

/** One rollup for each bucket of the rows. */
function joined(rows: readonly FoldRow[]): FoldedRollup[] {
  const buckets = new Map<string, FoldedRollup>();
  for (const row of rows) {
    const key = JSON.stringify([row.project_id, row.resolution, row.bucket_ms, row.name]);
    const known = buckets.get(key);
    const rollup = rollupOf(row);
    if (known) mergeRollup(known.rollup, rollup);
    else buckets.set(key, { projectId: row.project_id, resolution: row.resolution, rollup });
  }
  return [...buckets.values()];
}
