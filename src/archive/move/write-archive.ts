import { switchStatement } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { randomId } from '../../shared/ids.ts';
import {
  abandon,
  becomesCurrentStatement,
  findArchive,
  insertWriting,
  type StoredArchive,
  skipNumbers,
} from '../archives-store.ts';
import { readManifest } from '../manifest/manifest.ts';
import { noteDamage } from '../notices.ts';
import { dayManifestKey, deleteObject, getBytes, lastNumber, ownerOf, putNew } from '../objects-store.ts';
import { type LoadedMembers, loadMembers } from './members.ts';
import type { Batch } from './plan.ts';

export const OBJECT_TYPE = 'application/x-ndjson';
/** Each skips all numbers that R2 has: more is somebody who takes them as fast. */
const MAX_SKIPPED = 3;

/** `lost`: another run was faster, or a block is not what it was; nothing has changed for any reader. */
export type Written = { kind: 'archived'; archive: StoredArchive } | { kind: 'lost' };

/**
 * One object: a row that knows its blocks, then the bytes, read back and compared, then one transaction that switches the blocks. A death in between leaves a
 * row that the next run finds (settle.ts) and goes on from, or gives up with its object.
 */
export async function writeArchive(
  ctx: Ctx,
  projectId: string,
  batch: Batch,
  delayMs: number,
): Promise<Written & { damaged: number }> {
  const { DB } = ctx.env;
  const loaded = await loadMembers(DB, batch.blocks);
  if (loaded.damaged.length > 0) await noteDamage(ctx, projectId, loaded.damaged);
  const damaged = loaded.damaged.length;
  if (loaded.members.length === 0) return { kind: 'lost', damaged };
  const ids = new Set(loaded.members.map(({ id }) => id));
  const blocks = batch.blocks.filter(({ id }) => ids.has(id));
  const sum = (of: (block: Batch['blocks'][number]) => number) => blocks.reduce((total, block) => total + of(block), 0);
  const row = await insertWriting(DB, {
    ...{ id: randomId('arc'), projectId, day: batch.day, stream: batch.stream, blocks: blocks.length },
    ...{ records: sum(({ records }) => records), rawBytes: sum(({ rawBytes }) => rawBytes) },
    packedBytes: loaded.bytes.byteLength,
    minTs: Math.min(...blocks.map(({ minTs }) => minTs)),
    maxTs: Math.max(...blocks.map(({ maxTs }) => maxTs)),
    createdAtMs: ctx.nowMs,
    sources: loaded.members.map(({ id, sha256, packedBytes }) => ({ id, sha256, packedBytes })),
    replaces: null,
  });
  return { ...(await publish(ctx, row, loaded, delayMs)), damaged };
}

/** Goes on with a row that a run has left behind: the same bytes under the same key, or none at all. */
export async function resumeArchive(ctx: Ctx, row: StoredArchive, delayMs: number): Promise<Written> {
  const loaded = await loadMembers(ctx.env.DB, row.sources);
  if (loaded.members.length === row.sources.length) return publish(ctx, row, loaded, delayMs);
  await giveUp(ctx, row);
  return { kind: 'lost' };
}

async function publish(ctx: Ctx, row: StoredArchive, loaded: LoadedMembers, delayMs: number): Promise<Written> {
  const { DB } = ctx.env;
  const { sha256, members } = loaded;
  if ((await putVerified(ctx, row, loaded.bytes, sha256)) === null) return { kind: 'lost' };
  await DB.batch([
    switchStatement(DB, row.id, members, ctx.nowMs + delayMs),
    becomesCurrentStatement(DB, row.id, { sha256, nowMs: ctx.nowMs }),
  ]);
  // What the batch changed would not say it: another run may have been at the same row, with the same bytes.
  const archive = await findArchive(DB, row.id);
  if (archive?.state === 'current') return { kind: 'archived', archive };
  await giveUp(ctx, row);
  return { kind: 'lost' };
}

/**
 * The object under the row's key, read back whole; answers the row with the key that it has then. Its members are known to be what their index rows say, so equal
 * bytes are too. What a run that died has put there is taken where it is the same. A key that another has taken is left to it: a database that was set back gives
 * numbers that R2 knows already. Null where somebody has given the row up meanwhile; throws where its own object is not what was put.
 */
export async function putVerified(
  ctx: Ctx,
  begun: StoredArchive,
  bytes: Uint8Array,
  sha256: string,
): Promise<StoredArchive | null> {
  const { DB, STORE } = ctx.env;
  for (let row = begun, skipped = 0; ; skipped++) {
    await putNew(STORE, row.key, bytes, { sha256, contentType: OBJECT_TYPE, owner: row.id });
    const stored = await getBytes(STORE, row.key);
    if (stored !== null && sha256Hex(stored.bytes) === sha256) return row;
    if (stored === null || stored.owner === row.id || skipped >= MAX_SKIPPED) {
      await giveUp(ctx, row);
      throw new Error(`${row.key} does not hold what was put there`);
    }
    const renumbered = await skipNumbers(DB, row, await lastNumber(STORE, row.projectId, row.day));
    if (renumbered === null) return null;
    row = renumbered;
  }
}

/** The number is spent; the object goes at once where it can, and with the next run otherwise. */
export async function giveUp(ctx: Ctx, row: Pick<StoredArchive, 'id' | 'key' | 'projectId' | 'day'>): Promise<void> {
  // Only what this run has given up: another may have made it current with the same bytes.
  if (await abandon(ctx.env.DB, row.id)) await deleteAbandoned(ctx, row);
}

/**
 * The object of a row that was given up: only where it was written for that row, and not where the day's manifest names it. To a database that was set back a row
 * is being written that has become current since.
 */
export async function deleteAbandoned(
  { env }: Ctx,
  { id, key, projectId, day }: Pick<StoredArchive, 'id' | 'key' | 'projectId' | 'day'>,
): Promise<void> {
  if ((await ownerOf(env.STORE, key)) !== id) return;
  const named = await getBytes(env.STORE, dayManifestKey(projectId, day));
  if (named !== null && readManifest(named.bytes)?.batches.some((batch) => batch.key === key)) return;
  await deleteObject(env.STORE, key);
}
