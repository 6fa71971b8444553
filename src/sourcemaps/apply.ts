import type { Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import type { Occurrence, StackFrame } from '../wire/error-groups.ts';
import type { LogRecord } from '../wire/record.ts';
import { possibleNames } from './file.ts';
import { unpackMap } from './map.ts';
import { type Located, locate, withOriginals } from './original.ts';
import { findMaps, getMap } from './store.ts';

/** Maps read for one answer, one after the other: the occurrences of a group are nearly always of one bundle. */
const MAX_MAPS = 8;
/** Of their JSON: a second of work. */
const MAX_BYTES = 48 * 1024 * 1024;

interface Known {
  release: string;
  file: string;
  bytes: number;
}

interface Place {
  occurrence: number;
  frame: number;
}

/** Occurrences with their frames as the source maps of their releases have them. What has no map stays as it was, and is counted. */
export async function applyMaps(
  ctx: Ctx,
  projectId: string,
  occurrences: readonly Occurrence[],
): Promise<Occurrence[]> {
  const releases = [
    ...new Set(occurrences.map(({ record }) => releaseOf(record)).filter((release) => release !== null)),
  ];
  const names = [
    ...new Set(
      occurrences.flatMap(({ frames }) => frames.filter(isMappable).flatMap(({ file }) => possibleNames(file ?? ''))),
    ),
  ];
  const known = await findKnown(ctx, projectId, releases, names);
  const byMap = placesByMap(occurrences, known);
  const found = occurrences.map(({ frames }) => frames.map((): Located | null | 'broken' => null));
  let bytes = 0;
  for (const [map, places] of [...byMap].slice(0, MAX_MAPS)) {
    // A smaller one behind it may fit.
    if (bytes + map.bytes > MAX_BYTES) continue;
    bytes += map.bytes;
    const frames = places.map(({ occurrence, frame }) => occurrences[occurrence]?.frames[frame] as StackFrame);
    const located = await readLocated(ctx, projectId, map, frames);
    for (const [i, { occurrence, frame }] of places.entries()) {
      const own = found[occurrence] as (Located | null | 'broken')[];
      own[frame] = located === 'broken' ? 'broken' : (located[i] ?? null);
    }
  }
  return occurrences.map((occurrence, i) => applied(occurrence, found[i] ?? []));
}

/** None where the database does not say: the occurrences are there all the same, only less readable. */
async function findKnown(
  ctx: Ctx,
  projectId: string,
  releases: readonly string[],
  names: readonly string[],
): Promise<readonly Known[]> {
  if (releases.length === 0 || names.length === 0) return [];
  try {
    return await findMaps(ctx.env.DB, projectId, releases, names);
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'source_maps_away', { requestId, projectId, cause: String(cause) });
    return [];
  }
}

function applied({ record, frames }: Occurrence, found: readonly (Located | null | 'broken')[]): Occurrence {
  const maps = { found: 0, missing: 0, broken: 0 };
  for (const [i, frame] of frames.entries()) {
    if (!isMappable(frame)) continue;
    const own = found[i] ?? null;
    if (own === null) maps.missing++;
    else maps[own === 'broken' ? 'broken' : 'found']++;
  }
  return {
    record,
    frames: withOriginals(
      frames,
      found.map((own) => (own === 'broken' ? null : own)),
    ),
    maps,
  };
}

/** Code of libraries needs no map, and without a line none helps. */
function isMappable({ file, line, inApp }: StackFrame): boolean {
  return inApp && file !== null && line !== null && line > 0;
}

function placesByMap(occurrences: readonly Occurrence[], known: readonly Known[]): Map<Known, Place[]> {
  const maps = new Map(known.map((map) => [JSON.stringify([map.release, map.file]), map]));
  const places = new Map<Known, Place[]>();
  for (const [occurrence, { record, frames }] of occurrences.entries()) {
    const release = releaseOf(record);
    for (const [index, frame] of frames.entries()) {
      if (release === null || !isMappable(frame)) continue;
      // The longest name that has a map: two files may have the same last one.
      const name = possibleNames(frame.file ?? '').find((file) => maps.has(JSON.stringify([release, file])));
      const map = name === undefined ? undefined : maps.get(JSON.stringify([release, name]));
      if (!map) continue;
      const own = places.get(map) ?? [];
      places.set(map, own);
      own.push({ occurrence, frame: index });
    }
  }
  return places;
}

/** A map that is gone, or is none any more, is told and costs no answer. */
async function readLocated(
  ctx: Ctx,
  projectId: string,
  { release, file }: Known,
  frames: readonly StackFrame[],
): Promise<(Located | null)[] | 'broken'> {
  try {
    const packed = await getMap(ctx.env.STORE, { projectId, release, file });
    const map = packed && unpackMap(packed);
    const located = map ? locate(map, frames) : 'broken';
    if (located !== 'broken') return located;
    noteBroken(ctx, projectId, { release, file, cause: packed ? 'it is no map' : 'it is not in the store' });
  } catch (cause) {
    // The occurrences are there all the same, only less readable.
    noteBroken(ctx, projectId, { release, file, cause: String(cause) });
  }
  return 'broken';
}

function noteBroken(
  { requestId }: Ctx,
  projectId: string,
  detail: { release: string; file: string; cause: string },
): void {
  log('error', 'source_map_broken', { requestId, projectId, ...detail });
}

function releaseOf({ attrs }: LogRecord): string | null {
  const { labels } = attrs;
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return null;
  const release = Object.hasOwn(labels, 'release') ? labels.release : undefined;
  return typeof release === 'string' && release !== '' ? release : null;
}
