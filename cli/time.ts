import { parseTime } from '../src/shared/time.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `90s`, `15m`, `1h30m`, `7d`; null for anything else. */
export function parseSpanMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(text)) return null;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g);
  return Math.round([...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0));
}

/** Unix milliseconds of `now`, a span (that long ago), Unix milliseconds, or ISO 8601 as the server reads it, in UTC where it names no zone; null for anything else. */
export function parseMoment(text: string, nowMs: number): number | null {
  if (text === 'now') return nowMs;
  const span = parseSpanMs(text.replace(/^-/, ''));
  if (span !== null) return nowMs - span;
  // The server takes a shorter number too; who types one means something else.
  if (/^-?\d+$/.test(text)) return /^\d{12,14}$/.test(text) ? Number(text) : null;
  return parseTime(text);
}

/** A span in its two largest units: `1 h 12 min`, `43 s`. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units: [number, string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const at = units.findIndex(([size]) => seconds >= size);
  if (at < 0) return '0 s';
  const [size, unit] = units[at] ?? [1, 's'];
  const [nextSize, nextUnit] = units[at + 1] ?? [1, 's'];
  const rest = Math.floor((seconds % size) / nextSize);
  return `${Math.floor(seconds / size)} ${unit}${size > 1 && rest > 0 ? ` ${rest} ${nextUnit}` : ''}`;
}
