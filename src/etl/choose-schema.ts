import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { DataType } from '../wire/etl.ts';
import type { EtlError } from './errors.ts';
import { NO_SCHEMA } from './pipeline.ts';
import type { EtlSchema } from './schema.ts';
import { findReference, findSchema } from './schema-store.ts';
import type { TelemetrySchema } from './telemetry-schema.ts';

export type ChosenSchema = TelemetrySchema;

const NONE: ChosenSchema = { version: 0, schema: NO_SCHEMA, reference: '' };

/** `version` null is the newest, or none where there is none; 0 is none. Errors: schema_not_found. */
export async function chooseSchema(
  ctx: Pick<Ctx, 'env'>,
  projectId: string,
  dataType: DataType,
  version: number | null,
): Promise<Result<ChosenSchema, EtlError>> {
  if (version === 0) return ok(NONE);
  const found = await findSchema(ctx.env.DB, projectId, dataType, version);
  if (!found) return version === null ? ok(NONE) : err({ kind: 'schema_not_found', dataType, version });
  return ok({
    version: found.version,
    schema: found.schema,
    reference: await referenceFor(ctx, projectId, found.schema),
  });
}

/** '' where the schema masks nothing by hash, or the project has no such schema yet. */
export async function referenceFor(ctx: Pick<Ctx, 'env'>, projectId: string, schema: EtlSchema): Promise<string> {
  return masksByHash(schema) ? ((await findReference(ctx.env.DB, projectId)) ?? '') : '';
}

export function masksByHash({ transformations }: EtlSchema): boolean {
  return transformations.some((step) => step.type === 'mask' && step.how === 'hash');
}
