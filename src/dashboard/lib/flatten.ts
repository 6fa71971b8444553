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
  else rows.push({ label: path, field: path === '' ? null : attrField(path), value: String(value) });
}

/** Names of scalar attributes in these records, most frequent first: what facets and completion offer. */
export function commonAttrs(records: readonly LogRecord[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record.attrs)) {
      if (value === null || typeof value === 'object' || name === '') continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, limit)
    .map(([name]) => name);
}

const INLINE_ATTRS = 6;
const INLINE_CHARS = 40;

/** `name=value` of the first scalar attributes, for the end of a line. */
export function inlineAttrs(record: LogRecord): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(record.attrs)) {
    if (value === null || typeof value === 'object') continue;
    if (parts.length === INLINE_ATTRS) break;
    const text = String(value);
    parts.push(`${name.slice(0, INLINE_CHARS)}=${text.length > INLINE_CHARS ? `${text.slice(0, INLINE_CHARS)}…` : text}`);
  }
  return parts.join('  ');
}
