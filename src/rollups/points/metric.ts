import type { Json, JsonObject, LogRecord } from '../../wire/record.ts';
import {
  explicitObservations,
  exponentialObservations,
  isObject,
  numberOf,
  type Observations,
  summaryObservations,
} from '../histogram.ts';
import { isName, labelsOf, MAX_UNIT_CHARS } from './labels.ts';
import { METRIC_TYPES, type MetricPoint, type MetricType, type Reading } from './point.ts';

/** DataPointFlags of OTLP. */
const NO_RECORDED_VALUE = 1;
/** Null for a record that is no metric, or whose numbers are missing: it stays searchable, and no rollup knows it. */
export function metricPoint(record: LogRecord): MetricPoint | null {
  const { attrs } = record;
  const name = typeof attrs.name === 'string' && attrs.name !== '' ? attrs.name : record.message;
  if (!isName(name)) return null;
  // "No recorded value": the zeros of such a point would pass for a restart of its series.
  if (((numberOf(attrs.flags) ?? 0) & NO_RECORDED_VALUE) !== 0) return null;
  const type = METRIC_TYPES.find((known) => known === record.type) ?? 'gauge';
  const reading = readingOf(record, name, type);
  if (!reading) return null;
  const unit = typeof attrs.unit === 'string' ? attrs.unit.slice(0, MAX_UNIT_CHARS) : '';
  return { name, unit, type, ts: record.ts, labels: labelsOf(record), reading, session: null };
}

function readingOf(record: LogRecord, name: string, type: MetricType): Reading | null {
  const { attrs } = record;
  const isCumulative = attrs.temporality === 'cumulative';
  switch (type) {
    case 'gauge': {
      const value = numberOf(attrs.value);
      return value === null ? null : { kind: 'value', value, tally: null };
    }
    case 'sum': {
      const value = numberOf(attrs.value);
      if (value === null) return null;
      // A cumulative sum that may fall is a level, such as a queue's length: its value says something, its difference does not.
      if (isCumulative && attrs.monotonic !== true) return { kind: 'value', value, tally: null };
      if (!isCumulative) {
        return { kind: 'delta', observations: { count: 1, sum: value, min: value, max: value, ...UNKNOWN } };
      }
      const none = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
      return cumulative(record, name, { count: 0, sum: value, ...none, ...UNKNOWN });
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

/** A sum says nothing of how its parts are spread. */
const UNKNOWN = { sketch: null, buckets: null };

function hasBuckets({ counts, positive, negative }: JsonObject): boolean {
  return Array.isArray(counts) || isObject(positive) || isObject(negative);
}

function cumulative(record: LogRecord, name: string, observations: Observations): Reading {
  const { labels, resource, startTs } = record.attrs;
  const series = seriesOf([name, record.service, labels ?? null, resource ?? null, startTs ?? null]);
  return { kind: 'cumulative', series, startTs: numberOf(startTs), observations };
}

/**
 * 64 bits for a series within one project, from its parts as they are: no text of them has to be made, and the order of properties does not
 * matter. No secret hash: who makes two of his own series meet spoils his own numbers.
 */
function seriesOf(identity: Json): string {
  return hashOf(identity, 0x9e3779b9).toString(36) + hashOf(identity, 0x85ebca6b).toString(36).padStart(7, '0');
}

function hashOf(value: Json | undefined, seed: number): number {
  if (value === null || typeof value !== 'object')
    return hashText(String(value), seed ^ KIND_SEEDS.indexOf(typeof value));
  let hash = Array.isArray(value) ? seed ^ 0x165667b1 : seed ^ 0x27d4eb2f;
  if (Array.isArray(value)) {
    for (const item of value) hash = mix(Math.imul(hash, 31) ^ hashOf(item, seed));
    return hash >>> 0;
  }
  for (const key of Object.keys(value)) hash = (hash + mix(hashOf(value[key], hashText(key, seed)))) | 0;
  return mix(hash) >>> 0;
}

const KIND_SEEDS = ['string', 'number', 'boolean', 'object'];

function hashText(text: string, seed: number): number {
  let hash = seed ^ text.length;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995) ^ (hash >>> 15);
  return mix(hash);
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain). */
function mix(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
