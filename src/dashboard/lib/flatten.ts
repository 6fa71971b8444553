import type { Json, LogRecord } from '../../wire/record.ts';
import { attrField } from './query-edit.ts';

export interface FieldRow {
  /** As the reader sees it. */
  label: string;
  /** As the search language names it; null where a value cannot be searched by field. */
  field: string | null;
  value: string;
}

/** More than anybody reads as a table; the JSON of a record has them all. */
export const MAX_ROWS = 512;

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

/** Names of scalar attributes in these records, most frequent first: what completion offers. */
export function commonAttrs(records: readonly LogRecord[], limit: number): string[] {
  return [...scalarAttrs(records)]
    .sort((a, b) => b[1].count - a[1].count)
    .slice(0, limit)
    .map(([name]) => name);
}

/** Share of different values from which on a list of the most frequent ones says nothing: durations, ids. */
const TOO_VARIED = 0.4;
const ENOUGH_TO_TELL = 20;
/** Few records tell only the extreme: an amount, a time or an id that is new in (nearly) each. */
const NEARLY_ALL = 0.9;
const ENOUGH_FOR_EXTREMES = 5;

function isTooVaried(count: number, values: number): boolean {
  if (count >= ENOUGH_TO_TELL) return values >= count * TOO_VARIED;
  return count >= ENOUGH_FOR_EXTREMES && values > count * NEARLY_ALL;
}

/** The same for facets: without what differs in nearly every record. */
export function facetAttrs(records: readonly LogRecord[], limit: number): string[] {
  return [...scalarAttrs(records)]
    .filter(([, { count, values }]) => !isTooVaried(count, values.size))
    .sort((a, b) => b[1].count - a[1].count)
    .slice(0, limit)
    .map(([name]) => name);
}

function scalarAttrs(records: readonly LogRecord[]): Map<string, { count: number; values: Set<Json> }> {
  const found = new Map<string, { count: number; values: Set<Json> }>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record.attrs)) {
      if (value === null || typeof value === 'object' || name === '') continue;
      const entry = found.get(name) ?? { count: 0, values: new Set<Json>() };
      entry.count++;
      entry.values.add(value);
      found.set(name, entry);
    }
  }
  return found;
}

const INLINE_ATTRS = 6;
const INLINE_CHARS = 40;

/** `name=value` of the first scalar attributes, for the end of a line. */
export function inlineAttrs(record: LogRecord): string[] {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(record.attrs)) {
    if (value === null || typeof value === 'object') continue;
    if (parts.length === INLINE_ATTRS) break;
    // A row is one line; the second of a stack would lie over the row below.
    const text = String(value)
      .slice(0, 4 * INLINE_CHARS)
      .replaceAll(/\s*[\r\n]+\s*/g, ' ');
    parts.push(
      `${name.slice(0, INLINE_CHARS)}=${text.length > INLINE_CHARS ? `${text.slice(0, INLINE_CHARS)}…` : text}`,
    );
  }
  return parts;
}
