import { csvCell } from '../src/wire/csv.ts';
import type { LogRecord } from '../src/wire/record.ts';

/** The columns of `GET /api/export?format=csv`. */
const COLUMNS = [
  ...['time', 'ts', 'id', 'stream', 'level', 'service', 'message', 'type'],
  ...['traceId', 'spanId', 'sessionId', 'userId', 'attrs'],
];
export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** A record as a row of RFC 4180; `shown` is what becomes of text of others. */
export function csvRow(record: LogRecord, shown: (text: string) => string = (text) => text): string {
  const { ts, attrs, ...rest } = record;
  const texts = COLUMNS.slice(2, -1).map((name) => String(rest[name as keyof typeof rest] ?? ''));
  const cells = [...texts, JSON.stringify(attrs)].map((text) => csvCell(shown(text)));
  return `${new Date(ts).toISOString()},${ts},${cells.join(',')}\r\n`;
}
