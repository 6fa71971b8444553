import type { Level } from '../wire/record.ts';

/** Names that loggers use, folded to lower case: syslog (RFC 5424), log4j, Python, pino, zap, OpenTelemetry short names. */
const BY_NAME: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['trace', 'trace'],
  ['verbose', 'trace'],
  ['finest', 'trace'],
  ['debug', 'debug'],
  ['fine', 'debug'],
  ['info', 'info'],
  ['information', 'info'],
  ['informational', 'info'],
  ['notice', 'info'],
  ['log', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['err', 'error'],
  ['severe', 'error'],
  ['fatal', 'fatal'],
  ['critical', 'fatal'],
  ['crit', 'fatal'],
  ['alert', 'fatal'],
  ['emerg', 'fatal'],
  ['emergency', 'fatal'],
  ['panic', 'fatal'],
]);

/** pino and bunyan: 10 to 60 in tens. */
const BY_NUMBER: ReadonlyMap<number, Level> = new Map<number, Level>([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
]);

/** Null for a level of nobody's list: the record is kept as `info` with the original in `attrs.level`. */
export function toLevel(value: string | number): Level | null {
  if (typeof value === 'number') return BY_NUMBER.get(value) ?? null;
  return BY_NAME.get(value) ?? BY_NAME.get(value.trim().toLowerCase()) ?? null;
}
