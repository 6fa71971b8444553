/** The one time range of the page. `live` is the last 15 minutes, moving. */
export type Range =
  | { kind: 'preset'; id: PresetId }
  | { kind: 'fixed'; fromMs: number; toMs: number }
  | { kind: 'live' };

export interface Span {
  fromMs: number;
  toMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const PRESETS = [
  { id: '15m', label: '15 min', ms: 15 * MINUTE },
  { id: '1h', label: '1 hour', ms: HOUR },
  { id: '3h', label: '3 hours', ms: 3 * HOUR },
  { id: '6h', label: '6 hours', ms: 6 * HOUR },
  { id: '12h', label: '12 hours', ms: 12 * HOUR },
  { id: '24h', label: '24 hours', ms: DAY },
  { id: '3d', label: '3 days', ms: 3 * DAY },
  { id: '7d', label: '7 days', ms: 7 * DAY },
  { id: '14d', label: '14 days', ms: 14 * DAY },
  { id: '30d', label: '30 days', ms: 30 * DAY },
] as const;

export type PresetId = (typeof PRESETS)[number]['id'];

export const WIDEST_MS = 30 * DAY;
export const LIVE_WINDOW_MS = 15 * MINUTE;
const DEFAULT: Range = { kind: 'preset', id: '1h' };

export function presetOf(id: string | null): (typeof PRESETS)[number] | null {
  return PRESETS.find((preset) => preset.id === id) ?? null;
}

/** "Last hour", "last 3 hours": for labels and sentences. */
export function lastWords(preset: (typeof PRESETS)[number]): string {
  return `last ${preset.label.replace(/^1 /, '')}`;
}

/** From the URL: `range=1h`, `range=live`, or `from` and `to` in Unix milliseconds or ISO 8601. */
export function parseRange(params: URLSearchParams): Range {
  const from = parseTime(params.get('from'));
  const to = parseTime(params.get('to'));
  if (from !== null && to !== null && from < to) return { kind: 'fixed', fromMs: from, toMs: to };
  if (params.get('range') === 'live') return { kind: 'live' };
  const preset = presetOf(params.get('range'));
  return preset ? { kind: 'preset', id: preset.id } : DEFAULT;
}

export function rangeParams(range: Range): Record<'range' | 'from' | 'to', string | null> {
  if (range.kind === 'fixed') return { range: null, from: String(range.fromMs), to: String(range.toMs) };
  return { range: range.kind === 'live' ? 'live' : range.id, from: null, to: null };
}

export function resolveRange(range: Range, nowMs: number): Span {
  if (range.kind === 'fixed') return { fromMs: range.fromMs, toMs: range.toMs };
  const ms = range.kind === 'live' ? LIVE_WINDOW_MS : (presetOf(range.id)?.ms ?? HOUR);
  return { fromMs: nowMs - ms, toMs: nowMs };
}

/** Twice the span around the same middle, moved back where it would reach past now: the way out of a zoom. */
export function widened({ fromMs, toMs }: Span, nowMs: number): Span {
  const half = (toMs - fromMs) / 2;
  const past = Math.max(0, toMs + half - Math.max(toMs, nowMs));
  return { fromMs: Math.round(fromMs - half - past), toMs: Math.round(toMs + half - past) };
}

/** The smallest preset that reaches back to `atMs`, or the widest. */
export function presetReaching(atMs: number, nowMs: number): (typeof PRESETS)[number] {
  const age = nowMs - atMs;
  return PRESETS.find((preset) => preset.ms > age) ?? PRESETS[PRESETS.length - 1] ?? PRESETS[0];
}

export function parseTime(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const ms = /^-?\d+$/.test(text.trim()) ? Number(text) : Date.parse(text);
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? ms : null;
}
