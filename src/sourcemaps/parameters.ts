import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { SourceMapError } from './errors.ts';
import { MAX_MAPS_PER_RELEASE } from './limits.ts';
import type { MapPage } from './store.ts';

/** `release`, `limit`, `cursor`. */
export function readMapPage(query: Readonly<Record<string, string | undefined>>): Result<MapPage, SourceMapError> {
  const errors: { pointer: string; reason: string }[] = [];
  const limit = query.limit ? Number(query.limit) : MAX_MAPS_PER_RELEASE;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_MAPS_PER_RELEASE)
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_MAPS_PER_RELEASE}` });
  const after = query.cursor ? decodeCursor(query.cursor) : null;
  if (query.cursor && after === null) errors.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  return errors.length > 0
    ? err({ kind: 'invalid_input', errors })
    : ok({ release: query.release || null, limit, after });
}

export function encodeCursor({ release, file }: { release: string; file: string }): string {
  return toBase64Url(utf8(JSON.stringify([release, file])));
}

function decodeCursor(text: string): MapPage['after'] {
  try {
    const pair: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(text) ?? new Uint8Array(0)));
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string') return null;
    return { release: pair[0], file: pair[1] };
  } catch {
    return null; // not what encodeCursor wrote: the caller says so
  }
}
