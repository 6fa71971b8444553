import { NO_EDGE } from '../../../src/edge/index.ts';
import { BatchBuilder, type BodyReader } from '../../../src/ingest/index.ts';
import { readJson } from '../../../src/otlp/json-export.ts';
import { readProtobuf } from '../../../src/otlp/protobuf-export.ts';
import type { Signal } from '../../../src/otlp/signals.ts';
import { SIGNALS } from '../../../src/otlp/signals.ts';
import { batchIds } from '../../../src/shared/ids.ts';
import type { JsonObject, LogRecord } from '../../../src/wire/record.ts';
import { encodeOtlp } from './otlp-encode.ts';

export const NOW_MS = Date.UTC(2026, 10, 21);

export interface Read {
  outcome: ReturnType<BodyReader>;
  batch: BatchBuilder;
  /** Stored lines, without their ids. */
  lines: string[];
  records: Omit<LogRecord, 'id'>[];
}

/** A body as the route would read it. */
export function readBytes(
  signal: Signal,
  encoding: 'json' | 'protobuf',
  body: Uint8Array,
  maxWholeChars?: number,
): Read {
  const defaults = { stream: SIGNALS[signal].stream, service: 'unknown', nowMs: NOW_MS };
  const batch = new BatchBuilder(defaults, batchIds(NOW_MS), false);
  const outcome = (encoding === 'json' ? readJson(signal, maxWholeChars) : readProtobuf(signal))(body, batch, NO_EDGE);
  batch.finish();
  const lines = batch.parts
    .flatMap(({ data }) => Buffer.from(data).toString().split('\n'))
    .filter((line) => line !== '')
    .map((line) => line.replace(/"id":"[^"]*",/, ''));
  return { outcome, batch, lines, records: lines.map((line) => JSON.parse(line) as LogRecord) };
}

/** The same request in both encodings. */
export const ENCODINGS: readonly (readonly [name: string, read: (signal: Signal, json: JsonObject) => Read])[] = [
  ['JSON', (signal, json) => readBytes(signal, 'json', new TextEncoder().encode(JSON.stringify(json)))],
  ['protobuf', (signal, json) => readBytes(signal, 'protobuf', encodeOtlp(signal, json))],
  ['protobuf in reverse', (signal, json) => readBytes(signal, 'protobuf', encodeOtlp(signal, json, true))],
];

export function logsOf(logRecords: JsonObject[], more: { resource?: JsonObject; scope?: JsonObject } = {}): JsonObject {
  return { resourceLogs: [{ ...resourceOf(more), scopeLogs: [{ ...scopeOf(more), logRecords }] }] };
}

export function spansOf(spans: JsonObject[], more: { resource?: JsonObject; scope?: JsonObject } = {}): JsonObject {
  return { resourceSpans: [{ ...resourceOf(more), scopeSpans: [{ ...scopeOf(more), spans }] }] };
}

export function metricsOf(metrics: JsonObject[], more: { resource?: JsonObject; scope?: JsonObject } = {}): JsonObject {
  return { resourceMetrics: [{ ...resourceOf(more), scopeMetrics: [{ ...scopeOf(more), metrics }] }] };
}

function resourceOf({ resource }: { resource?: JsonObject }): JsonObject {
  return resource ? { resource } : {};
}

function scopeOf({ scope }: { scope?: JsonObject }): JsonObject {
  return scope ? { scope } : {};
}

/** The attribute list of a plain object of texts. */
export function texts(attributes: Record<string, string>): JsonObject[] {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
