import type { JsonObject, LogRecord } from '../wire/record.ts';
import {
  explicitObservations,
  exponentialObservations,
  isObject,
  numberOf,
  type Observations,
  summaryObservations,
} from './histogram.ts';

export const METRIC_TYPES = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/** A metric record, understood. */
export interface MetricPoint {
  name: string;
  unit: string;
  type: MetricType;
  ts: number;
  /** By name, the service among them. */
  labels: ReadonlyMap<string, string>;
  reading: Reading;
}

export type Reading =
  | { kind: 'value'; value: number }
  /** What came since the point before: added up as it is. */
  | { kind: 'delta'; observations: Observations }
  /** What came since the start of the series: counts by its difference. */
  | { kind: 'cumulative'; series: string; startTs: number | null; observations: Observations };

/** Longer names are no names; rollups would be stored under them for years. */
const MAX_NAME_CHARS = 256;
const MAX_LABEL_CHARS = 128;
const MAX_VALUE_CHARS = 256;
/** Dimensions of a metric in one bucket: of a point with more labels, the first in order of their names. */
export const MAX_DIMENSIONS = 16;
export const OTHER = '(other)';
export const SERVICE = 'service';

/** Null for a record that is no metric, or whose numbers are missing: it stays searchable, and no rollup knows it. */
export function pointOf(record: LogRecord): MetricPoint | null {
  const { attrs } = record;
  const name = typeof attrs.name === 'string' && attrs.name !== '' ? attrs.name : record.message;
  if (!isName(name, MAX_NAME_CHARS)) return null;
  const type = METRIC_TYPES.find((known) => known === record.type) ?? 'gauge';
  const reading = readingOf(record, name, type);
  if (!reading) return null;
  const unit = typeof attrs.unit === 'string' ? attrs.unit.slice(0, MAX_LABEL_CHARS) : '';
  return { name, unit, type, ts: record.ts, labels: labelsOf(record), reading };
}

/** SQLite ends text at a NUL, and two halves of surrogates are one name to it: neither is worth a row that another one meets. */
function isName(text: string, maxChars: number): boolean {
  return text !== '' && text.length <= maxChars && text.isWellFormed() && !text.includes('\0');
}

function readingOf(record: LogRecord, name: string, type: MetricType): Reading | null {
  const { attrs } = record;
  const isCumulative = attrs.temporality === 'cumulative';
  switch (type) {
    case 'gauge': {
      const value = numberOf(attrs.value);
      return value === null ? null : { kind: 'value', value };
    }
    case 'sum': {
      const value = numberOf(attrs.value);
      if (value === null) return null;
      // A cumulative sum that may fall is a level, such as a queue's length: its value says something, its difference does not.
      if (isCumulative && attrs.monotonic !== true) return { kind: 'value', value };
      if (!isCumulative) {
        return { kind: 'delta', observations: { count: 1, sum: value, min: value, max: value, sketch: null } };
      }
      const none = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
      return cumulative(record, name, { count: 0, sum: value, ...none, sketch: null });
    }
    case 'histogram':
    case 'exponentialHistogram': {
      if (numberOf(attrs.count) === null && !hasBuckets(attrs)) return null;
      const observations = type === 'histogram' ? explicitObservations(attrs) : exponentialObservations(attrs);
      return isCumulative ? cumulative(record, name, observations) : { kind: 'delta', observations };
    }
    case 'summary': {
      if (numberOf(attrs.count) === null) return null;
      const observations = summaryObservations(attrs);
      return attrs.temporality === 'delta' ? { kind: 'delta', observations } : cumulative(record, name, observations);
    }
  }
}

function hasBuckets({ counts, positive, negative }: JsonObject): boolean {
  return Array.isArray(counts) || isObject(positive) || isObject(negative);
}

function cumulative(record: LogRecord, name: string, observations: Observations): Reading {
  const { labels, resource, startTs } = record.attrs;
  const identity = [name, record.service, sortedLabels(labels), resource ?? null, startTs ?? null];
  return { kind: 'cumulative', series: hashOf(JSON.stringify(identity)), startTs: numberOf(startTs), observations };
}

function sortedLabels(labels: JsonObject[string] | undefined): unknown {
  return isObject(labels) ? Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) : null;
}

function labelsOf({ service, attrs }: LogRecord): Map<string, string> {
  const labels = new Map<string, string>();
  if (isObject(attrs.labels)) {
    const names = Object.keys(attrs.labels);
    if (names.length >= MAX_DIMENSIONS) names.sort();
    for (const name of names) {
      if (labels.size === MAX_DIMENSIONS - 1) break;
      const value = attrs.labels[name];
      if (!isName(name, MAX_LABEL_CHARS)) continue;
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
      const text = String(value);
      labels.set(name, text.length > MAX_VALUE_CHARS ? OTHER : text);
    }
  }
  if (!labels.has(SERVICE) && service !== '') labels.set(SERVICE, service);
  return labels;
}

/**
 * 106 bits for a series within one project. No secret hash: who makes two of his own series meet spoils his own numbers, and SHA-256 would
 * take as long as all the rest of a point.
 */
function hashOf(text: string): string {
  return half(text, 0x9e3779b9, 0x85ebca6b) + half(text, 0xc2b2ae35, 0x27d4eb2f);
}

/** 53 bits, as cyrb53 (bryc, public domain) mixes them. */
function half(text: string, seedA: number, seedB: number): string {
  let a = 0xdeadbeef ^ seedA;
  let b = 0x41c6ce57 ^ seedB;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return ((2 ** 32 * (b & 0x1fffff) + (a >>> 0)) as number).toString(36).padStart(11, '0');
}
