import { auditedBatch } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { hasCopy, readHead } from '../checkpoints/checkpoint-store.ts';
import { type KnownHeads, knownHeads, publish, type TrustedHead, trustedHead } from '../checkpoints/head.ts';
import { originOf, parseNote } from '../checkpoints/note.ts';
import { isCopyOf } from '../checkpoints/signed.ts';
import { continueStatement, trailEnds } from '../entry-store.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { alteredFinding, missingFinding, reportFindings, treeFinding } from '../findings/report.ts';
import { isMovedOn, wideGap } from '../gap/gap.ts';
import { isAccepted, moveBackStatement } from '../gap/gap-store.ts';
import { KidReused, keepKeys, type TrustedKey } from '../keys/keys.ts';
import { rootOf } from '../tree/merkle.ts';
import { extendTree, levelWidth, TILE_HASHES, type Tile, TiledTree, tilePath } from '../tree/tiles.ts';
import { checkNewest, newLeaves } from './entries.ts';
import { dropPartials, keepTile, tilesOf } from './tile-store.ts';

/** Of one run: 41 statements that read, and as many tiles. Whatever there is more, the next run takes. */
const MAX_ENTRIES = 10_000;
/** Of runs at the same time; on demand there may be many, and each signs once. */
const MAX_TRIES = 5;
/** Of one run in a gap, where nothing is read: 400 tiles. */
const MAX_MISSING = 100_000;

export type SealOutcome =
  /** `size` entries are covered by now, `added` of them since this run. `overtaken`: another run signed meanwhile. */
  | { kind: 'sealed'; size: number; added: number; findings: number; overtaken: boolean }
  /** The past is not what was signed: nothing is signed on top of it. */
  | { kind: 'refused'; finding: NewFinding; findings: number };

/**
 * Covers what the trail has by a signed checkpoint. Each step may be the last one of a run: tiles are written once and never over, the head of the bucket is
 * replaced only as it was read, so that of runs at the same time one signs, and what comes after that is made up for by the next run. So no two checkpoints
 * that were ever kept disagree.
 */
export async function seal(ctx: Ctx, maxEntries = MAX_ENTRIES): Promise<SealOutcome> {
  for (let tries = 1; ; tries++) {
    const known = await knownHeads(ctx);
    const tiles = tilesOf(ctx.env.STORE);
    const isQuiet = await isNothingNew(ctx, known);
    const keys = await keptKeys(ctx, isQuiet);
    if (!Array.isArray(keys)) return refuse(ctx, keys);
    const before = await trustedHead(ctx, keys, tiles, { ...known, isQuiet });
    if (before.ok) return cover(ctx, before.value, maxEntries);
    // Another run signed while this one compared: what it read is not of one moment.
    const isMoved = (await readHead(ctx.env.STORE))?.etag !== known.stored?.etag;
    if (!isMoved || tries === MAX_TRIES) return refuse(ctx, before.error);
  }
}

/** Whether everything is signed, as database and bucket agree. Then a run reads little, and writes nothing. */
async function isNothingNew(ctx: Ctx, { stored, last }: KnownHeads): Promise<boolean> {
  const { DB } = ctx.env;
  if (stored === null || last === null) return false;
  const { size = 0 } = parseNote(stored.note) ?? {};
  // Behind rows that somebody forged there is still the copy of what was signed.
  if (!isCopyOf(last, size, stored.note) && !(await hasCopy(DB, size, stored.note))) return false;
  return (await trailEnds(DB, size)).lastGiven === size;
}

async function cover(ctx: Ctx, before: TrustedHead | null, maxEntries: number): Promise<SealOutcome> {
  const tree = before?.tree ?? new TiledTree(0, tilesOf(ctx.env.STORE));
  const { toSeq, nextSeq, findings, refusal } = await lookAhead(ctx, tree, maxEntries);
  if (refusal !== null) return refuse(ctx, refusal);
  const added = await newLeaves(ctx, { fromSeq: tree.size + 1, toSeq, nextSeq });
  const found = await reportFindings(ctx, [...(before?.forged ?? []), ...findings, ...added.findings]);
  if (added.leaves.length === 0) {
    return { kind: 'sealed', size: tree.size, added: 0, findings: found, overtaken: false };
  }
  return grow(ctx, { before, tree, leaves: added.leaves, found });
}

async function grow(
  ctx: Ctx,
  state: { before: TrustedHead | null; tree: TiledTree; leaves: readonly Uint8Array[]; found: number },
): Promise<SealOutcome> {
  const { before, tree, leaves, found } = state;
  const extended = await extendTree(tree, leaves, tilesOf(ctx.env.STORE));
  for (const tile of extended.tiles) {
    if (!(await keepTile(ctx.env.STORE, tile))) {
      const path = tilePath(tile.level, tile.index, tile.hashes.length);
      return refuse(ctx, treeFinding('tree', `${path} holds other hashes than its entries have.`));
    }
    if (hasPartials(tile, tree.size)) await dropPartials(ctx.env.STORE, tile);
  }
  const { size, subtrees } = extended.tree;
  const origin = before?.head.origin ?? originOf(ctx.config);
  const head = { origin, size, root: await rootOf(size, subtrees) };
  const checkpoint = await publish(ctx, head, before?.stored ?? null);
  if (checkpoint === null) return { kind: 'sealed', size: tree.size, added: 0, findings: found, overtaken: true };
  return { kind: 'sealed', size, added: leaves.length, findings: found, overtaken: false };
}

/** Not as entries that are missing: these numbers are given yet. */
function movedOnFinding(size: number, lastGiven: number): NewFinding {
  const detail = `Numbers ${size + 1} to ${lastGiven} were skipped, or had entries that were taken away; the next number is ${size + 1} again.`;
  return { id: `altered/numbers/${size}-${lastGiven}`, kind: 'altered', seq: null, detail };
}

/** Whether a tile that is full by now was there in part. */
function hasPartials({ level, index, hashes }: Tile, sizeBefore: number): boolean {
  const width = levelWidth(sizeBefore, level);
  return hashes.length === TILE_HASHES && width % TILE_HASHES !== 0 && index === Math.floor(width / TILE_HASHES);
}

async function lookAhead(
  ctx: Ctx,
  tree: TiledTree,
  maxEntries: number,
): Promise<{ toSeq: number; nextSeq: number; findings: NewFinding[]; refusal: NewFinding | null }> {
  const { DB } = ctx.env;
  let ends = await trailEnds(DB, tree.size);
  const findings = await checkNewest(ctx, tree, ends.lastGiven);
  if (ends.firstSeq !== null && ends.firstSeq < 1) {
    findings.push(alteredFinding(ends.firstSeq, 'stands outside of the numbering'));
  }
  if (ends.lastGiven < tree.size) {
    const why = ' any more: the database was put back to before, or they were taken away';
    // Told before the numbers go on: afterwards nobody sees any more that they were lower.
    await reportFindings(ctx, [missingFinding(ends.lastGiven + 1, tree.size, why)]);
    await auditedBatch(ctx, [continueStatement(DB, tree.size, ctx.nowMs, ctx.requestId)]);
    ends = await trailEnds(DB, tree.size);
  }
  if (isMovedOn(ends, tree.size)) {
    await reportFindings(ctx, [movedOnFinding(tree.size, ends.lastGiven)]);
    await DB.batch([moveBackStatement(DB, tree.size)]);
    ends = await trailEnds(DB, tree.size);
  }
  const { lastGiven } = ends;
  const nextSeq = ends.nextSeq ?? lastGiven + 1;
  const gap = wideGap(ends, tree.size);
  if (gap === null) return { toSeq: Math.min(lastGiven, tree.size + maxEntries), nextSeq, findings, refusal: null };
  const why = ': numbers were skipped, and nothing behind them is sealed until an administrator accepts the gap';
  const refusal = (await isAccepted(DB, gap)) ? null : missingFinding(gap.fromSeq, gap.toSeq, why);
  return { toSeq: Math.min(gap.toSeq, tree.size + MAX_MISSING), nextSeq, findings, refusal };
}

async function keptKeys(ctx: Ctx, isQuiet: boolean): Promise<TrustedKey[] | NewFinding> {
  try {
    return await keepKeys(ctx, isQuiet);
  } catch (cause) {
    if (cause instanceof KidReused) return treeFinding('signature', `A key cannot be kept: ${cause.message}.`);
    throw cause;
  }
}

async function refuse(ctx: Ctx, finding: NewFinding): Promise<SealOutcome> {
  return { kind: 'refused', finding, findings: await reportFindings(ctx, [finding]) };
}
