import { gunzipSync } from 'node:zlib';
import { decodeUtf8 } from '../shared/bytes.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_MAP_BYTES } from './limits.ts';
import { lookUp } from './mappings.ts';

/** A source map, checked (ECMA-426). */
export interface SourceMap {
  file: string | null;
  sourceRoot: string;
  sources: (string | null)[];
  sourcesContent: (string | null)[];
  names: string[];
  mappings: string;
}

/** What is wrong with what should be a map: its place as RFC 6901 says it, and a reason. */
export interface MapFault {
  pointer: string;
  reason: string;
}

/** Reads a map and checks all of it, its mappings too, so that none that cannot be applied is ever stored. */
export function readMap(bytes: Uint8Array): Result<SourceMap, MapFault> {
  const text = decodeUtf8(bytes);
  if (text === null) return fault('', 'must be UTF-8');
  let json: unknown;
  try {
    // The guard against scripts that are read as JSON, which some servers put before a map.
    json = JSON.parse(text.startsWith(")]}'") ? text.slice(text.indexOf('\n') + 1) : text);
  } catch {
    return fault('', 'must be JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return fault('', 'must be an object');
  const map = json as Record<string, unknown>;
  if ('sections' in map) return fault('/sections', 'is not supported: upload the map of each file by itself');
  if (map.version !== 3) return fault('/version', 'must be 3');
  if (typeof map.mappings !== 'string') return fault('/mappings', 'must be a string');
  if (!isTexts(map.sources)) return fault('/sources', 'must be an array of strings');
  const sourcesContent = map.sourcesContent ?? [];
  if (!isTexts(sourcesContent)) return fault('/sourcesContent', 'must be an array of strings');
  const names = map.names ?? [];
  if (!isTexts(names) || names.includes(null)) return fault('/names', 'must be an array of strings');
  const bounds = { sources: map.sources.length, names: names.length };
  if (lookUp(map.mappings, [], bounds) === 'broken') return fault('/mappings', 'cannot be read');
  return ok({
    file: typeof map.file === 'string' ? map.file : null,
    sourceRoot: typeof map.sourceRoot === 'string' ? map.sourceRoot : '',
    ...{ sources: map.sources, sourcesContent, names: names as string[], mappings: map.mappings },
  });
}

function isTexts(value: unknown): value is (string | null)[] {
  return Array.isArray(value) && value.every((item) => item === null || typeof item === 'string');
}

function fault(pointer: string, reason: string): { ok: false; error: MapFault } {
  return err({ pointer, reason });
}

/** A stored map; null where it is none any more. */
export function unpackMap(packed: Uint8Array): SourceMap | null {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(packed, { maxOutputLength: MAX_MAP_BYTES });
  } catch {
    return null;
  }
  const map = readMap(bytes);
  return map.ok ? map.value : null;
}
