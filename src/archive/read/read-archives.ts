import type { Ctx } from '../../env.ts';
import type { Archive, ArchiveDetail, ArchivePage, ArchiveSettings, LegalHold } from '../../wire/archive.ts';
import { covers, expiresAtMs } from '../keep/keep.ts';
import { readManifest } from '../manifest/manifest.ts';
import { dayManifestKey, getBytes } from '../objects-store.ts';
import { holdsInForce } from '../registers/hold-store.ts';
import { readSettings } from '../registers/settings-store.ts';
import { type ListedArchive, type ListRequest, listArchives } from './list-store.ts';
import { encodeCursor } from './parameters.ts';

export async function readArchivePage(ctx: Ctx, projectId: string, request: ListRequest): Promise<ArchivePage> {
  const { DB } = ctx.env;
  const [rows, { settings }, holds] = await Promise.all([
    listArchives(DB, projectId, { ...request, limit: request.limit + 1 }),
    readSettings(DB, projectId),
    holdsInForce(DB, projectId),
  ]);
  const items = rows.slice(0, request.limit).map((row) => toArchive(row, settings, holds));
  const last = items.at(-1);
  return { items, nextCursor: rows.length > request.limit && last ? encodeCursor(last) : null };
}

/** With the manifest of its day as it is in R2; null where it is not there or cannot be read. */
export async function readArchiveDetail(ctx: Ctx, archive: ListedArchive): Promise<ArchiveDetail> {
  const { DB, STORE } = ctx.env;
  const { projectId, day } = archive;
  const [{ settings }, holds, manifest] = await Promise.all([
    readSettings(DB, projectId),
    holdsInForce(DB, projectId),
    getBytes(STORE, dayManifestKey(projectId, day)),
  ]);
  return { ...toArchive(archive, settings, holds), manifest: manifest && readManifest(manifest.bytes) };
}

function toArchive(archive: ListedArchive, settings: ArchiveSettings, holds: readonly LegalHold[]): Archive {
  const { verifiedAtMs, problem, manifestSequence: _told, sources: _sources, replaces: _replaces, ...rest } = archive;
  const hold = holds.find((one) => covers(one, archive)) ?? null;
  return {
    ...rest,
    verified: verifiedAtMs === null ? null : { atMs: verifiedAtMs, ok: problem === null, problem },
    expiresAtMs: hold === null ? expiresAtMs(settings, archive) : null,
    holdId: hold?.id ?? null,
  };
}
