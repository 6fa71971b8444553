import { lastWords, presetReaching, type Range } from '../../lib/range.ts';

const AROUND_MS = 12 * 3_600_000;

/** A range that has a time in it, and words for it: the shortest one up to now, or the day around it where none reaches back so far. */
export function rangeWith(atMs: number, nowMs: number): { range: Range; words: string } {
  const preset = presetReaching(atMs, nowMs);
  if (nowMs - atMs < preset.ms) return { range: { kind: 'preset', id: preset.id }, words: `the ${lastWords(preset)}` };
  return { range: { kind: 'fixed', fromMs: atMs - AROUND_MS, toMs: atMs + AROUND_MS }, words: 'the day around it' };
}
