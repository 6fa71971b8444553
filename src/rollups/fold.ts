import type { Ctx } from '../env.ts';
import { randomId } from '../shared/ids.ts';
import { mergeRollup } from './build.ts';
import { type FoldedRollup, type FoldRow, type LooseKey, listLoose, readFoldRows, storeFolded } from './fold-store.ts';
import { rollupOf } from './row.ts';

/** Loose rows of one round. */
const ROWS_PER_ROUND = 1_000;
/** Text of one round: it is in memory as JSON, as cells and as JSON again. A single bucket may be larger: some hundred loose rows of it. */
const CHARS_PER_ROUND = 8_000_000;
/** Of the thousand that an invocation may make; the last round goes beyond it by some twenty, and retention takes its own (cron.ts). */
const MAX_STATEMENTS = 800;

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
  for (let statements = 0; statements < MAX_STATEMENTS; ) {
    const { version, keys } = await listLoose(ctx.env.DB, fromProject, ROWS_PER_ROUND);
    statements += 2;
    if (keys.length === 0) {
      const next = starts.shift();
      if (next === undefined) break;
      fromProject = next;
      continue;
    }
    const loose = withinChars(keys);
    const rows = await readFoldRows(ctx.env.DB, loose);
    const stored = await storeFolded(ctx.env.DB, version, loose, joined(rows));
    statements += 1 + stored.statements;
    if (stored.isStored) counts.folded += loose.length;
    else counts.lost++;
  }
  return counts;
}

/** The first ones, at least one. */
function withinChars(keys: readonly LooseKey[]): LooseKey[] {
  let chars = 0;
  const over = keys.findIndex((key, index) => {
    chars += key.chars;
    return index > 0 && chars > CHARS_PER_ROUND;
  });
  return over < 0 ? [...keys] : keys.slice(0, over);
}

/** One rollup for each bucket of the rows. */
function joined(rows: readonly FoldRow[]): FoldedRollup[] {
  const buckets = new Map<string, FoldedRollup>();
  for (const row of rows) {
    const key = JSON.stringify([row.project_id, row.stream, row.resolution, row.bucket_ms, row.name]);
    const known = buckets.get(key);
    const rollup = rollupOf(row);
    if (known) mergeRollup(known.rollup, rollup);
    else buckets.set(key, { projectId: row.project_id, stream: row.stream, resolution: row.resolution, rollup });
  }
  return [...buckets.values()];
}
