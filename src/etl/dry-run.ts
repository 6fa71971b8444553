import type { Ctx } from '../env.ts';
import { BatchBuilder } from '../ingest/index.ts';
import { parseJson } from '../shared/json.ts';
import { ok, type Result } from '../shared/result.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import { chooseSchema, referenceFor } from './choose-schema.ts';
import type { DryRunInput } from './envelope.ts';
import type { EtlError } from './errors.ts';
import { extractPayload } from './extract/extract.ts';
import { compilePipeline, type Pipeline, runPipeline } from './pipeline.ts';

/** Enough to see what a schema does. */
const MAX_DRY_RECORDS = 100;

export type DryRecord =
  | { before: Json; after: Json }
  | { before: Json; reason: string; pointer: string; transformation?: { index: number; name: string } }
  | { raw: string; reason: string; pointer: string };

export interface DryRunAnswer {
  /** Null: of the request itself. */
  schemaVersion: number | null;
  records: DryRecord[];
  /** There are more, which were not looked at. */
  truncated: boolean;
}

/** What a schema would make of these records. Stores and counts nothing. Errors: schema_not_found. */
export async function dryRun(
  ctx: Ctx,
  projectId: string,
  { dataType, payload, schema, schemaVersion }: DryRunInput,
): Promise<Result<DryRunAnswer, EtlError>> {
  const chosen = schema
    ? ok({ version: null, schema, reference: await referenceFor(ctx, projectId, schema) })
    : await chooseSchema(ctx, projectId, dataType, schemaVersion ?? null);
  if (!chosen.ok) return chosen;
  const pipeline = compilePipeline(chosen.value.schema, chosen.value.reference);
  const records: DryRecord[] = [];
  for (const extracted of extractPayload(dataType, payload)) {
    if (records.length >= MAX_DRY_RECORDS) return ok({ schemaVersion: chosen.value.version, records, truncated: true });
    if ('reason' in extracted) records.push({ raw: extracted.raw, reason: extracted.reason, pointer: '' });
    else records.push(tryOne(pipeline, extracted.value, ctx.nowMs));
  }
  return ok({ schemaVersion: chosen.value.version, records, truncated: false });
}

function tryOne(pipeline: Pipeline, value: Json, nowMs: number): DryRecord {
  // A copy, digits and all: the steps change the value itself.
  const before = parseJson(JSON.stringify(value));
  const failure = runPipeline(pipeline, value, nowMs);
  if (failure) {
    const { pointer, reason, transformation } = failure;
    return { before, reason, pointer, ...(transformation ? { transformation } : {}) };
  }
  const builder = new BatchBuilder({ stream: 'logs', service: 'unknown', nowMs }, () => '', false);
  const refusal = builder.add(value);
  if (refusal) return { before, ...refusal };
  builder.finish();
  const line = parseJson(new TextDecoder().decode(builder.parts[0]?.data)) as JsonObject;
  const { id: _, ...after } = line;
  return { before, after };
}
