import type { Span } from './range.ts';

const MINUTE_MS = 60_000;

/** Whole minutes around a time: the least that is summed up, and a question that a repeat within the minute shares. */
export function wholeMinutes({ fromMs, toMs }: Span): Span {
  return { fromMs: Math.floor(fromMs / MINUTE_MS) * MINUTE_MS, toMs: Math.ceil(toMs / MINUTE_MS) * MINUTE_MS };
}
