import { csvCell } from '../wire/csv.ts';
import type { LogRecord } from '../wire/record.ts';

const COLUMNS = [
  ...['time', 'ts', 'id', 'stream', 'level', 'service', 'message', 'type'],
  ...['traceId', 'spanId', 'sessionId', 'userId', 'attrs'],
];

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** A stored line as a row of RFC 4180. */
export function csvRow(line: string): string {
  const record = JSON.parse(line) as LogRecord;
  const texts = [
    ...[record.id, record.stream, record.level, record.service, record.message, record.type],
    ...[record.traceId, record.spanId, record.sessionId, record.userId, attrsText(line)],
  ];
  return `${isoTime(record.ts)},${record.ts},${texts.map((text) => csvCell(text ?? '')).join(',')}\r\n`;
}

function isoTime(ts: number): string {
  return new Date(ts).toISOString();
}

const ATTRS_KEY = ',"attrs":';
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** The attributes as they are stored, with every digit of their numbers. */
export function attrsText(line: string): string {
  // Strings hold no bare quotes, so the first such key is the envelope's: attrs comes before anything nested (wire/record.ts).
  const start = line.indexOf(ATTRS_KEY) + ATTRS_KEY.length;
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    const unit = line.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(line, at);
    else if (unit === OPEN) depth++;
    else if (unit === CLOSE && --depth === 0) return line.slice(start, at + 1);
  }
  return '{}';
}

function endOfString(line: string, start: number): number {
  let at = start + 1;
  while (at < line.length && line.charCodeAt(at) !== QUOTE) at += line.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
