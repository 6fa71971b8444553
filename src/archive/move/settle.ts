import type { Ctx } from '../../env.ts';
import { forget, listUnsettled, NEVER_NAMED, type StoredArchive } from '../archives-store.ts';
import { writeManifest } from '../manifest/write-manifest.ts';
import { noteFailure } from '../notices.ts';
import { deleteObject } from '../objects-store.ts';
import { deleteAbandoned, giveUp, resumeArchive } from './write-archive.ts';

/** Longer than any run may take: a replacement that is being written for so long is of one that died (../replace.ts). */
const REPLACED_WITHIN_MS = 15 * 60_000;

export interface Settled {
  /** Objects that a run before had begun and that are current now. */
  archived: StoredArchive[];
  deleted: number;
  manifests: number;
  failed: number;
}

/**
 * Brings to an end what earlier steps, of this run or of one that died, have begun: objects that are being written, objects that leave, versions of manifests
 * that are not written yet. Each by itself: one that fails must not keep the others from it.
 */
export async function settle(
  ctx: Ctx,
  { projectId, delayMs, limit }: { projectId: string | null; delayMs: number; limit: number },
): Promise<Settled> {
  const settled: Settled = { archived: [], deleted: 0, manifests: 0, failed: 0 };
  const rows = await listUnsettled(ctx.env.DB, projectId, limit);
  const attempt = async (row: Pick<StoredArchive, 'projectId'>, what: string, step: () => Promise<void>) => {
    try {
      await step();
    } catch (cause) {
      settled.failed++;
      await noteFailure(ctx, row.projectId, what, cause);
    }
  };
  const days = new Map<string, StoredArchive>();
  const leaving: StoredArchive[] = [];
  const gone: StoredArchive[] = [];
  for (const row of rows) {
    if (row.state === 'writing') {
      await attempt(row, 'archive_write', async () => {
        const archived = await finish(ctx, row, delayMs);
        if (archived === null) return;
        settled.archived.push(archived);
        days.set(`${row.projectId}/${row.day}`, archived);
      });
    } else if (row.state === 'leaving') {
      leaving.push(row);
      if (row.manifestSequence === null) days.set(`${row.projectId}/${row.day}`, row);
    } else {
      days.set(`${row.projectId}/${row.day}`, row);
    }
  }
  for (const row of days.values()) {
    await attempt(row, 'archive_manifest', async () => {
      if (await writeManifest(ctx, row.projectId, row.day)) settled.manifests++;
    });
  }
  // Behind the manifests, so that the newest version of a day names only what is there; but a chain that is broken keeps nothing from its deletion.
  for (const row of leaving) {
    await attempt(row, 'archive_delete', async () => {
      if (row.manifestSequence === NEVER_NAMED) await deleteAbandoned(ctx, row);
      else await deleteObject(ctx.env.STORE, row.key);
      settled.deleted++;
      gone.push(row);
    });
  }
  // Those whose manifest was not written stay: forget() leaves them.
  if (gone.length > 0) {
    const ids = gone.map(({ id }) => id);
    await forget(ctx.env.DB, ids);
  }
  return settled;
}

async function finish(ctx: Ctx, row: StoredArchive, delayMs: number): Promise<StoredArchive | null> {
  if (row.replaces === null) {
    const written = await resumeArchive(ctx, row, delayMs);
    return written.kind === 'archived' ? written.archive : null;
  }
  // Who writes it may be at it still; nobody else has the bytes.
  if (ctx.nowMs - row.createdAtMs >= REPLACED_WITHIN_MS) await giveUp(ctx, row);
  return null;
}
