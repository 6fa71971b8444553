import type { Ctx } from '../../env.ts';
import type { AuditCheckpoint } from '../../wire/audit.ts';
import { checkpointsBetween } from '../checkpoints/checkpoint-store.ts';
import { forgedFinding, isSigned, MAX_FORGED, sealedSize } from '../checkpoints/signed.ts';
import { entriesBetween } from '../entry-store.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { reportFindings, treeFinding } from '../findings/report.ts';
import { type TrustedKey, trustedKeys } from '../keys/keys.ts';
import { compareEntries } from '../seal/entries.ts';
import { tilesOf } from '../seal/tile-store.ts';
import { equalHashes, perfectRoot } from '../tree/hashes.ts';
import { CompactRange } from '../tree/merkle.ts';
import { levelWidth, TILE_HASHES, TiledTree, TreeDamage } from '../tree/tiles.ts';
import { checkCheckpoint, matchCheckpoints } from './checkpoints.ts';
import { isForged, isRunning, type Progress, packed, unpacked } from './progress.ts';
import { readVerification, type VerificationRow, writeVerification } from './verification-store.ts';

/** Of one run: 32 tiles, with a statement each. */
const MAX_ENTRIES = 8_192;
/** The whole past is looked at again each day. */
const EVERY_MS = 24 * 3_600_000;

interface Run {
  progress: Progress | null;
  row: VerificationRow | null;
}

/** The job: goes on with a check that is under way, else begins one when the last is a day old. */
export async function verifyDaily(ctx: Ctx): Promise<Record<string, number>> {
  const run = await readRun(ctx);
  const { progress } = run;
  const isDue = progress === null || (!isRunning(progress) && ctx.nowMs - progress.startedAtMs >= EVERY_MS);
  if (!isDue && !isRunning(progress)) return { entries: 0, findings: 0 };
  return step(ctx, isDue ? await begun(ctx, progress) : progress, run.row);
}

/** On demand: begins anew, or goes on with what is under way. */
export async function verifyNow(ctx: Ctx): Promise<Record<string, number>> {
  const { progress, row } = await readRun(ctx);
  const next = progress !== null && isRunning(progress) ? progress : await begun(ctx, progress);
  return step(ctx, next, row);
}

export async function verificationState(
  ctx: Ctx,
): Promise<{ verifiedAtMs: number | null; verifying: { doneSeq: number; toSeq: number } | null }> {
  const { progress } = await readRun(ctx);
  if (progress === null) return { verifiedAtMs: null, verifying: null };
  const { range, toSize, verifiedAtMs } = progress;
  return { verifiedAtMs, verifying: isRunning(progress) ? { doneSeq: range.size, toSeq: toSize } : null };
}

/** A row that we have not signed counts for nothing: the check begins again. */
async function readRun({ env, config }: Ctx): Promise<Run> {
  const row = await readVerification(env.DB);
  return { row, progress: row && unpacked(config, row) };
}

async function begun(ctx: Ctx, last: Progress | null): Promise<Progress> {
  const toSize = await sealedSize(ctx);
  return { startedAtMs: ctx.nowMs, toSize, range: new CompactRange(), verifiedAtMs: last?.verifiedAtMs ?? null };
}

async function step(ctx: Ctx, progress: Progress, before: VerificationRow | null): Promise<Record<string, number>> {
  const { range, toSize } = progress;
  const fromSize = range.size;
  const upTo = Math.min(toSize, fromSize + MAX_ENTRIES);
  const keys = await trustedKeys(ctx);
  const found = fromSize === upTo ? [] : await lookAt(ctx, range, { fromSize, upTo, toSize }, keys);
  if (before !== null && isForged(ctx.config, before)) {
    const detail = 'How far the check of all entries was had been changed; it began again.';
    found.push({ id: `signature/verification/${ctx.nowMs}`, kind: 'signature', seq: null, detail });
  }
  const findings = await reportFindings(ctx, found);
  // What cannot be read further is found, and looked at again tomorrow.
  const isOver = range.size === toSize || range.size < upTo;
  const next = isOver ? { ...progress, toSize: range.size, verifiedAtMs: ctx.nowMs } : progress;
  await writeVerification(ctx.env.DB, packed(ctx.config, next), before);
  return { entries: range.size - fromSize, findings };
}

/** Moves `range` on, tile by tile, and says what is wrong. Stops where a tile is not there. */
async function lookAt(
  ctx: Ctx,
  range: CompactRange,
  { fromSize, upTo, toSize }: { fromSize: number; upTo: number; toSize: number },
  keys: readonly TrustedKey[],
): Promise<NewFinding[]> {
  const tree = new TiledTree(toSize, tilesOf(ctx.env.STORE));
  const { known, findings } = await signedCopies(ctx, { fromSize, toSize: upTo }, keys);
  findings.push(...(await matchCheckpoints(ctx, known, { fromSize, toSize: upTo }, keys)));
  const atSize = new Map(known.map((checkpoint) => [checkpoint.size, checkpoint]));
  try {
    for (let from = fromSize; from < upTo; from = range.size) {
      const index = Math.floor(from / TILE_HASHES);
      const leaves = (await tree.tile(0, index)).slice(from % TILE_HASHES, upTo - index * TILE_HASHES);
      const rows = await entriesBetween(ctx.env.DB, from + 1, from + leaves.length);
      findings.push(...compareEntries(from + 1, leaves, rows), ...(await checkAbove(tree, index)));
      for (const leaf of leaves) {
        range.add(leaf);
        const checkpoint = atSize.get(range.size);
        const wrong = checkpoint && checkCheckpoint(checkpoint, range.root());
        if (wrong) findings.push(wrong);
      }
    }
  } catch (cause) {
    if (!(cause instanceof TreeDamage)) throw cause;
    findings.push(treeFinding('tree', `The tree is damaged: ${cause.message}.`));
  }
  return findings;
}

/** What the database has of these sizes that counts, and what somebody put beside it. */
async function signedCopies(
  { env: { DB } }: Ctx,
  range: { fromSize: number; toSize: number },
  keys: readonly TrustedKey[],
): Promise<{ known: AuditCheckpoint[]; findings: NewFinding[] }> {
  const { fromSize, toSize } = range;
  const most = toSize - fromSize + MAX_FORGED;
  const rows = await checkpointsBetween(DB, range, most + 1);
  const known = rows.filter((row) => isSigned(row, keys));
  const findings = rows.filter((row) => !known.includes(row)).map(forgedFinding);
  if (rows.length > most) {
    const detail = `The database has more than ${most} checkpoints of sizes ${fromSize + 1} to ${toSize}; not all of them are looked at.`;
    findings.push(treeFinding('tree', detail));
  }
  return { known, findings };
}

/** Whether the tiles above a full one, as far as it completes them, have its root: proofs are made of them. */
async function checkAbove(tree: TiledTree, index: number): Promise<NewFinding[]> {
  let [level, at] = [0, index];
  while ((at + 1) * TILE_HASHES <= levelWidth(tree.size, level)) {
    const root = perfectRoot(await tree.tile(level, at));
    const above = Math.floor(at / TILE_HASHES);
    const told = (await tree.tile(level + 1, above))[at % TILE_HASHES];
    if (told === undefined || !equalHashes(told, root)) {
      return [treeFinding('tree', `Tile ${at} of level ${level} is not what the tile above it has.`)];
    }
    // Only the last of a tile completes it.
    if (at % TILE_HASHES !== TILE_HASHES - 1) return [];
    [level, at] = [level + 1, above];
  }
  return [];
}
