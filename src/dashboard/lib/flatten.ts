import type { Json, LogRecord } from '../../wire/record.ts';
import { attrField } from './query-edit.ts';

export interface FieldRow {
  /** As the reader sees it. */
  label: string;
  /** As the search language names it; null where a value cannot be searched by field. */
  field: string | null;
  value: string;
}

const MAX_ROWS = 512;

/** The record as a table: the envelope in its order, then `attrs` with nested objects as dotted paths. */
export function flattenRecord(record: LogRecord): FieldRow[] {
  const rows: FieldRow[] = [];
  for (const name of [
    'level',
    'service',
    'stream',
    'type',
    'traceId',
    'spanId',
    'sessionId',
    'userId',
    'id',
  ] as const) {
    const value = record[name];
    if (value !== undefined) rows.push({ label: name, field: name, value });
  }
  walk(record.attrs, '', rows);
  return rows;
}

function walk(value: Json, path: string, rows: FieldRow[]): void {
  if (rows.length >= MAX_ROWS) return;
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0 && path !== '') rows.push({ label: path, field: null, value: '{}' });
    for (const [name, inner] of entries) walk(inner, path === '' ? name : `${path}.${name}`, rows);
  } else if (Array.isArray(value)) rows.push({ label: path, field: null, value: JSON.stringify(value) });
  else rows.push({ label: path, field: searchable(path), value: String(value) });
}

/** Names with characters that the search language gives a meaning cannot stand before a colon. */
function searchable(path: string): string | null {
  return /^[\p{L}\p{N}_@$][\p{L}\p{N}_.@$/-]*$/u.test(path) ? attrField(path) : null;
}

/** Names of scalar attributes in these records, most frequent first: what facets and completion offer. */
export function commonAttrs(records: readonly LogRecord[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record.attrs)) {
      if (value === null || typeof value === 'object' || searchable(name) === null) continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, limit)
    .map(([name]) => name);
}
