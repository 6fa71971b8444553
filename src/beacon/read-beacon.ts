import { createHash } from 'node:crypto';
import { type Edge, PAGE_NAMES, pageOf, siteOf } from '../edge/index.ts';
import {
  type BatchBuilder,
  type BatchName,
  type ReadError,
  RepeatBudget,
  type Sender,
  streamRefusal,
  toUnixMs,
} from '../ingest/index.ts';
import { decodeUtf8 } from '../shared/bytes.ts';
import { parseJson } from '../shared/json.ts';
import { err, ok, type Result } from '../shared/result.ts';
import {
  MAX_BEACON_BYTES,
  MAX_BEACON_ID_CHARS,
  MAX_COMMON_CHARS,
  MIN_BEACON_ID_CHARS,
  SDK_LOSSES,
} from '../wire/beacon.ts';
import { BROWSER_STREAMS, isStream, type Json, type JsonObject } from '../wire/record.ts';

/** What two clocks may differ by without one of them being wrong. */
const MAX_SKEW_MS = 60_000;
/** Of one beacon and reason of ours: more than an SDK can have had. */
const MAX_LOST = 1_000_000;

/** What a beacon says for all its records. */
interface Common {
  fields: JsonObject;
  attrs: JsonObject;
  labels: JsonObject;
  /** Client's clock minus ours; 0 where they agree. */
  skewMs: number;
}

/**
 * The body of a beacon (wire/beacon.ts) into records. Its id names the batch; the name of another body with the same records would be an error, so
 * what is sent again may say another time of sending.
 */
export function readBeacon(
  body: Uint8Array,
  batch: BatchBuilder,
  { sender, edge, nowMs }: { sender: Sender; edge: Edge; nowMs: number },
): Result<BatchName | null, ReadError> {
  if (body.byteLength > MAX_BEACON_BYTES) return err({ kind: 'too_large', limitBytes: MAX_BEACON_BYTES });
  const text = decodeUtf8(body);
  if (text === null) return malformed('not valid UTF-8');
  let beacon: Json;
  try {
    beacon = parseJson(text);
  } catch (cause) {
    return malformed(`not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!isObject(beacon)) return malformed('a beacon must be a JSON object');
  const { id, sentAt, records } = beacon;
  if (typeof id !== 'string' || id.length < MIN_BEACON_ID_CHARS || id.length > MAX_BEACON_ID_CHARS)
    return malformed(`id: must be ${MIN_BEACON_ID_CHARS} to ${MAX_BEACON_ID_CHARS} characters`);
  if (typeof sentAt !== 'number') return malformed('sentAt: must be Unix milliseconds');
  if (!Array.isArray(records)) return malformed('records: must be an array');
  if ((beacon.common ?? null) !== null && !isObject(beacon.common)) return malformed('common: must be an object');
  const recordsText = textOf(records);
  if (recordsText === null) return malformed('records: are nested too deeply');
  const payload = createHash('sha256').update(recordsText).digest('base64url');
  const common = commonOf(isObject(beacon.common) ? beacon.common : {}, sentAt - nowMs, edge);
  const commonText = textOf([common.fields, common.attrs, common.labels]);
  if (commonText === null) return malformed('common: is nested too deeply');
  if (commonText.length > MAX_COMMON_CHARS)
    return malformed(`common: every record has it, so it must be at most ${MAX_COMMON_CHARS} characters of JSON`);
  const budget = new RepeatBudget(batch);
  for (const record of records) {
    const full = budget.take(commonText.length);
    if (full !== null) return err(full);
    const refusal = streamFault(record, sender);
    if (refusal !== null) batch.addMalformed(refusal, '/stream');
    else batch.add(isObject(record) ? merged(record, common) : record);
  }
  noteLost(batch, beacon.lost);
  return ok({ key: `beacon:${id}`, payload });
}

/** Null where nesting uses up the stack, which reading JSON does not need. */
function textOf(json: Json): string | null {
  try {
    return JSON.stringify(json);
  } catch (cause) {
    if (cause instanceof RangeError) return null;
    throw cause;
  }
}

/** A beacon mixes streams: a record of one that its key may not write is rejected alone. */
function streamFault(record: Json, sender: Sender): string | null {
  const stream = isObject(record) ? (record.stream ?? null) : null;
  if (!isStream(stream)) return isObject(record) && stream === null ? 'is missing' : null;
  if (!BROWSER_STREAMS.includes(stream)) return `must be one of ${BROWSER_STREAMS.join(', ')}`;
  return streamRefusal(sender, stream) === null ? null : `the key lacks the scope ingest:${stream}`;
}

function commonOf(common: JsonObject, skewMs: number, { rules }: Edge): Common {
  const { service, sessionId, userId, sampleRate, sdk, labels, url } = common;
  const said = (fields: Record<string, Json | undefined>) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => (value ?? null) !== null)) as JsonObject;
  const isWrong = Math.abs(skewMs) > MAX_SKEW_MS;
  const site = typeof url === 'string' ? siteOf(url) : null;
  return {
    fields: said({ service, sessionId, userId }),
    attrs: said({ sampleRate, sdk, clockSkewMs: isWrong ? skewMs : null }),
    labels: {
      ...(typeof url === 'string' ? { page: pageOf(url, rules) } : {}),
      ...(site === null ? {} : { site }),
      ...(isObject(labels) ? labels : {}),
    },
    skewMs: isWrong ? skewMs : 0,
  };
}

function merged(record: JsonObject, common: Common): JsonObject {
  const attrs = record.attrs ?? null;
  // What is no object is for the rules of the envelope to refuse, with a pointer.
  if (attrs !== null && !isObject(attrs)) return record;
  const own = attrs ?? {};
  const labels = own.labels ?? null;
  const places = [own, record, ...(isObject(labels) ? [labels] : [])];
  // Page and site of all are not laid over its own.
  const saysPage = PAGE_NAMES.some((name) => places.some((place) => Object.hasOwn(place, name)));
  const { page, site, ...others } = common.labels;
  const shared: JsonObject = saysPage ? others : common.labels;
  const allLabels = labels === null || isObject(labels) ? { ...shared, ...labels } : labels;
  const hasLabels = !isObject(allLabels) || Object.keys(allLabels).length > 0;
  const ts = correctedTime(record.ts, common.skewMs);
  return {
    ...common.fields,
    ...record,
    ...(ts === null ? {} : { ts }),
    attrs: { ...common.attrs, ...own, ...(hasLabels ? { labels: allLabels } : {}) },
  };
}

/** Null where it stays as it is: there is none, or it is no time. */
function correctedTime(ts: Json | undefined, skewMs: number): number | null {
  if (skewMs === 0 || ts === undefined || ts === null) return null;
  const ms = toUnixMs(ts);
  return ms === null ? null : Math.round(ms - skewMs);
}

function noteLost(batch: BatchBuilder, lost: Json | undefined): void {
  if (!isObject(lost)) return;
  const counts = new Map<string, number>();
  for (const [reason, count] of Object.entries(lost)) {
    if (typeof count !== 'number' || !Number.isFinite(count) || count < 1) continue;
    const known = SDK_LOSSES.find((name) => name === reason) ?? 'other';
    counts.set(known, Math.min((counts.get(known) ?? 0) + Math.floor(count), MAX_LOST));
  }
  for (const [known, count] of counts) batch.noteLost(`sdk_lost:${known}`, count);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

function malformed(reason: string): Result<never, ReadError> {
  return err({ kind: 'malformed', reason });
}
