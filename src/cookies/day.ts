import {
  type CookieDay,
  type CookieLevel,
  type CookieTelemetry,
  TELEMETRY_WARNINGS,
  type TelemetryWarningCode,
} from '../wire/cookies.ts';
import { levelOf } from './analyse.ts';

/** Days since the epoch, UTC, as rows are kept by. */
export type Day = number;

/** One request's cookies as they are noted: no name and no value. */
export interface CookieSample {
  day: Day;
  /** SHA-256 of the fraud device cookie; null where there is none, or two. */
  deviceHash: string | null;
  count: number;
  bytes: number;
  warnings: TelemetryWarningCode[];
}

/** Samples of one day: of one device, or of all. */
export interface DayStats {
  samples: number;
  maxCount: number;
  maxBytes: number;
  totalBytes: number;
  /** Samples with the warning, by its code. */
  warnings: Partial<Record<TelemetryWarningCode, number>>;
}

/** Of all devices of a day, with what its quantiles are made of: samples by number of cookies, and by bytes in steps of BYTES_STEP. */
export interface DayTotals extends DayStats {
  levels: Record<CookieLevel, number>;
  counts: Record<number, number>;
  bytes: Record<number, number>;
}

/** A quantile of bytes is told as the upper end of its step. */
const BYTES_STEP = 128;
/** What is larger counts as that: no server of ours gets more. */
const MAX_BYTES_STEPS = 256;
const MAX_COUNT = 300;

const DAY_MS = 86_400_000;

export function dayOf(atMs: number): Day {
  return Math.floor(atMs / DAY_MS);
}

export function dayText(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

export function sampleOf(telemetry: CookieTelemetry, deviceHash: string | null, nowMs: number): CookieSample {
  const { count, bytes, warnings } = telemetry;
  return { day: dayOf(nowMs), deviceHash, count, bytes, warnings: warnings.map(({ code }) => code) };
}

export const NO_SAMPLES: DayStats = { samples: 0, maxCount: 0, maxBytes: 0, totalBytes: 0, warnings: {} };
export const NO_TOTALS: DayTotals = { ...NO_SAMPLES, levels: { green: 0, yellow: 0, red: 0 }, counts: {}, bytes: {} };

export function withSample(stats: DayStats, { count, bytes, warnings }: CookieSample): DayStats {
  const counted = { ...stats.warnings };
  for (const code of TELEMETRY_WARNINGS) if (warnings.includes(code)) counted[code] = (counted[code] ?? 0) + 1;
  return {
    samples: stats.samples + 1,
    maxCount: Math.max(stats.maxCount, count),
    maxBytes: Math.max(stats.maxBytes, bytes),
    totalBytes: stats.totalBytes + bytes,
    warnings: counted,
  };
}

export function withSampleInTotals(totals: DayTotals, sample: CookieSample): DayTotals {
  const level = levelOf(sample.bytes);
  const [count, step] = [
    Math.min(sample.count, MAX_COUNT),
    Math.min(Math.ceil(sample.bytes / BYTES_STEP), MAX_BYTES_STEPS),
  ];
  return {
    ...withSample(totals, sample),
    levels: { ...totals.levels, [level]: totals.levels[level] + 1 },
    counts: { ...totals.counts, [count]: (totals.counts[count] ?? 0) + 1 },
    bytes: { ...totals.bytes, [step]: (totals.bytes[step] ?? 0) + 1 },
  };
}

export function trendOf(day: Day, totals: DayTotals): CookieDay {
  const { samples, maxCount, maxBytes, levels, warnings } = totals;
  const bytes = (q: number) => Math.min(quantile(totals.bytes, samples, q) * BYTES_STEP, maxBytes);
  return {
    ...{ day: dayText(day), samples },
    ...{ p50Count: quantile(totals.counts, samples, 0.5), p95Count: quantile(totals.counts, samples, 0.95), maxCount },
    ...{ p50Bytes: bytes(0.5), p95Bytes: bytes(0.95), maxBytes, avgBytes: average(totals) },
    ...{ levels, warnings },
  };
}

export function average({ samples, totalBytes }: DayStats): number {
  return samples === 0 ? 0 : Math.round(totalBytes / samples);
}

/** Nearest rank, of values counted by themselves. */
function quantile(counted: Readonly<Record<number, number>>, total: number, q: number): number {
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  // Keys that are whole numbers come in their order.
  for (const [value, times] of Object.entries(counted)) {
    seen += times;
    if (seen >= rank) return Number(value);
  }
  return 0;
}
