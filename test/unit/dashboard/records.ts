import type { LogRecord } from '../../../src/wire/record.ts';

export function record(id: string, change: Partial<LogRecord> = {}): LogRecord {
  return { id, ts: 0, stream: 'logs', level: 'info', service: 'ledger', message: id, attrs: {}, ...change };
}

export function records(from: number, to: number): LogRecord[] {
  return Array.from({ length: to - from }, (_, i) => record(`r${from + i}`));
}

export function ids(list: readonly LogRecord[]): string[] {
  return list.map(({ id }) => id);
}
