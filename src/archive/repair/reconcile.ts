import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import {
  adoptMembersStatement,
  forgetMembersStatements,
  listKnownHot,
  listKnownOf,
  rewriteStatements,
  unarchiveStatement,
} from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { dayStartMs } from '../../shared/calendar.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { randomId } from '../../shared/ids.ts';
import type { ArchiveManifest, ManifestBatch } from '../../wire/archive.ts';
import { findArchive, NEVER_NAMED, type StoredArchive } from '../archives-store.ts';
import { DAY_MS } from '../keep/keep.ts';
import { readManifest } from '../manifest/manifest.ts';
import { newestOfDay, settleFound } from '../manifest/manifest-store.ts';
import { HOT_DELAY_MS } from '../move/pressure.ts';
import { getBytes, numberOf, type StoredBytes, sizeOf, versionKey } from '../objects-store.ts';
import { type Matched, matchByHash, matchInOrder } from './match.ts';
import {
  dropFoundStatement,
  emptyLeavesStatement,
  foundIsCurrentStatement,
  goneLeavesStatement,
  insertFoundStatements,
  listDay,
  tellAgain,
  type Version,
} from './repair-store.ts';

/** Of a run, over all projects. */
export interface RepairBudget {
  /** That are taken into the chain: five statements and calls each. */
  versions: number;
  /** That get a row: some 16 statements each, and up to 16 MiB that are read. */
  objects: number;
}

export const newBudget = (): RepairBudget => ({ versions: 30, objects: 12 });

/**
 * Makes the rows of a day what its newest version says, which must be in the chain: a database that was set back names objects that were replaced or have expired
 * since, and does not name those that came. What an object holds is known by its bytes, never by its name alone; each change is one transaction, and changes
 * nothing where the rows say what the version says. False where the budget ended first: what is done is done. Throws where blocks would be lost by it: then the day's versions wait.
 */
export async function reconcileDay(
  ctx: Ctx,
  projectId: string,
  day: string,
  budget: RepairBudget = newBudget(),
): Promise<boolean> {
  const { DB } = ctx.env;
  const newest = await newestOfDay(DB, projectId, day);
  if (newest === null) return true;
  const version: Version = { projectId, day, sequence: newest.sequence };
  const manifest = await readVersion(ctx, version, newest.sha256);
  /** Objects that are named, and of which it cannot be told which blocks they hold. */
  const strange: ManifestBatch[] = [];
  const rows = await listDay(DB, projectId, day);
  const known = new Set(rows.filter((row) => !isOfBefore(row)).map(({ key }) => key));
  for (const batch of manifest.batches) {
    if (known.has(batch.key)) continue;
    // What has left is looked at only when all that came is there: its blocks may lie in one of those.
    if (budget.objects === 0) return false;
    if (await adopt(ctx, version, manifest, batch)) budget.objects--;
    else strange.push(batch);
  }
  for (const archive of await listLeft(ctx, version, manifest)) {
    if ((await sizeOf(ctx.env.STORE, archive.key)) !== null) {
      await tellAgain(DB, version, archive.id);
      continue;
    }
    const maybe = strange.filter(({ stream }) => stream === archive.stream).map(({ key }) => key);
    if (maybe.length > 0)
      throw new Error(`${archive.key} is gone, and which blocks ${maybe.join(', ')} holds is not known`);
    await forgetGone(ctx, version, archive);
  }
  await settleFound(DB, projectId, day, newest.sequence);
  return true;
}

/** Is being written, or was given up, to this database; what a version names is neither. */
function isOfBefore({ state, manifestSequence }: StoredArchive): boolean {
  return state === 'writing' || (state === 'leaving' && manifestSequence === NEVER_NAMED);
}

async function readVersion(ctx: Ctx, { projectId, sequence }: Version, sha256: string): Promise<ArchiveManifest> {
  const key = versionKey(projectId, sequence);
  const stored = await getBytes(ctx.env.STORE, key);
  const manifest = stored !== null && sha256Hex(stored.bytes) === sha256 ? readManifest(stored.bytes) : null;
  if (manifest === null) throw new Error(`${key} is not what its row says`);
  return manifest;
}

/** Archives that are read, that a version has told, and that the day's newest does not name. */
async function listLeft(ctx: Ctx, { projectId, day }: Version, manifest: ArchiveManifest): Promise<StoredArchive[]> {
  const named = new Set(manifest.batches.map(({ key }) => key));
  const rows = await listDay(ctx.env.DB, projectId, day);
  return rows.filter(
    ({ state, manifestSequence, key }) => state === 'current' && manifestSequence !== null && !named.has(key),
  );
}

/** The row of an object that is there. False where it is not known which blocks it holds. */
async function adopt(ctx: Ctx, version: Version, manifest: ArchiveManifest, batch: ManifestBatch): Promise<boolean> {
  const stored = await getBytes(ctx.env.STORE, batch.key);
  const number = numberOf(batch.key);
  if (stored === null || number === null || sha256Hex(stored.bytes) !== batch.sha256) return false;
  for (const left of await listLeft(ctx, version, manifest)) {
    if (left.stream !== batch.stream || left.blocks !== batch.blocks) continue;
    const matched = await matchInOrder(ctx.env.DB, stored.bytes, await listKnownOf(ctx.env.DB, left.id));
    if (matched && (await take(ctx, version, { batch, number, stored, matched, replaced: left, manifest })))
      return true;
  }
  const fromMs = dayStartMs(version.day);
  const hot = await listKnownHot(ctx.env.DB, version.projectId, {
    stream: batch.stream,
    fromMs,
    toMs: fromMs + DAY_MS,
  });
  const matched = matchByHash(stored.bytes, hot);
  return matched !== null && (await take(ctx, version, { batch, number, stored, matched, replaced: null, manifest }));
}

interface Found {
  batch: ManifestBatch;
  number: number;
  stored: StoredBytes;
  matched: Matched;
  /** In which the blocks lie until now; null where the database alone has them. */
  replaced: StoredArchive | null;
  manifest: ArchiveManifest;
}

async function take(ctx: Ctx, version: Version, found: Found): Promise<boolean> {
  const { DB } = ctx.env;
  const { batch, number, stored, matched, replaced } = found;
  const { projectId, sequence } = version;
  const { before, after, rewritten } = matched;
  const id = await idOf(ctx, stored, batch.key);
  const row = { id, number, batch, createdAtMs: found.manifest.writtenAtMs, storageClass: stored.storageClass };
  await auditedBatch(ctx, [
    ...insertFoundStatements(DB, version, row),
    adoptMembersStatement(DB, { to: id, before, after, hotUntilMs: ctx.nowMs + HOT_DELAY_MS }),
    foundIsCurrentStatement(DB, id, { sequence, sha256: batch.sha256, nowMs: ctx.nowMs }),
    auditIfChanged(ctx, {
      ...{ action: 'archive.adopt', target: id, projectId },
      detail: { key: batch.key, sequence, replacedKey: replaced?.key ?? null, rewritten: rewritten.length },
    }),
    ...rewriteStatements(DB, { projectId, to: id }, rewritten),
    ...(replaced === null ? [] : [emptyLeavesStatement(DB, replaced.id, sequence)]),
    dropFoundStatement(DB, id),
  ]);
  return (await findArchive(DB, id))?.state === 'current';
}

/** The id that it was written for, so that what names it elsewhere still does; another where that is in use. */
async function idOf(ctx: Ctx, { owner }: StoredBytes, key: string): Promise<string> {
  const other = owner === null ? null : await findArchive(ctx.env.DB, owner);
  const isFree = other === null || (isOfBefore(other) && other.key === key);
  return owner !== null && isFree ? owner : randomId('arc');
}

/** Its object has expired since: what of its blocks the database has is archived anew, the rest is no more. */
async function forgetGone(ctx: Ctx, version: Version, { id, key }: StoredArchive): Promise<void> {
  const { DB } = ctx.env;
  const { projectId, sequence } = version;
  await auditedBatch(ctx, [
    goneLeavesStatement(DB, version, id),
    auditIfChanged(ctx, { action: 'archive.forget', target: id, projectId, detail: { key, sequence } }),
    unarchiveStatement(DB, id),
    ...forgetMembersStatements(DB, id),
  ]);
}
