import { actorId, auditedBatch, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { sha256Hex } from '../shared/hash.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { StoredMap } from '../wire/error-groups.ts';
import type { SourceMapError } from './errors.ts';
import { mapFile } from './file.ts';
import { MAX_MAPS_PER_RELEASE, MAX_RELEASE_CHARS } from './limits.ts';
import { readMap } from './map.ts';
import { pruneMaps } from './prune.ts';
import { countOthers, putMap, upsertStatement } from './store.ts';

/** Where a map belongs, as the request names it; `file` may be left to the map itself. */
export interface MapTarget {
  release: string | null;
  file: string | null;
}

/** Stores the map of one file of a release, over one that is there. Errors: invalid_input, source_map_invalid, too_many_source_maps. */
export async function uploadMap(
  ctx: Ctx,
  projectId: string,
  target: MapTarget,
  bytes: Uint8Array,
): Promise<Result<StoredMap, SourceMapError>> {
  const release = target.release?.trim() ?? '';
  if (release === '' || release.length > MAX_RELEASE_CHARS || !release.isWellFormed() || release.includes('\0')) {
    return refused('/release', `must have 1 to ${MAX_RELEASE_CHARS} characters`);
  }
  const map = readMap(bytes);
  if (!map.ok) return err({ kind: 'source_map_invalid', errors: [map.error] });
  const file = mapFile(target.file ?? map.value.file ?? '');
  if (file === null) return refused('/file', 'must name the generated file: its path on the site, or its name');
  const others = await countOthers(ctx.env.DB, projectId, release, file);
  if (others >= MAX_MAPS_PER_RELEASE) return err({ kind: 'too_many_source_maps', limit: MAX_MAPS_PER_RELEASE });

  const packedBytes = await putMap(ctx.env.STORE, { projectId, release, file }, bytes);
  const stored = {
    release,
    file,
    bytes: bytes.byteLength,
    packedBytes,
    sha256: sha256Hex(bytes),
    uploadedAtMs: ctx.nowMs,
  };
  const detail = { file, bytes: stored.bytes, sha256: stored.sha256 };
  await auditedBatch(ctx, [
    upsertStatement(ctx.env.DB, projectId, { ...stored, uploadedBy: actorId(ctx.actor) ?? '' }),
    auditStatement(ctx, { action: 'source_map.upload', target: release, projectId, detail }),
  ]);
  await pruneMaps(ctx, projectId, release);
  return ok(stored);
}

function refused(pointer: string, reason: string): { ok: false; error: SourceMapError } {
  return err({ kind: 'invalid_input', errors: [{ pointer, reason }] });
}
