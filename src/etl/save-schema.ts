import { actorId, auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { randomSecret } from '../shared/ids.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { DataType } from '../wire/etl.ts';
import { masksByHash, referenceFor } from './choose-schema.ts';
import type { EtlError } from './errors.ts';
import type { EtlSchema } from './schema.ts';
import { findSchema, insertReference, insertSchema, type SchemaVersion } from './schema-store.ts';
import type { SchemaPort } from './telemetry-schema.ts';

/** Somebody who changes a schema with every deployment reaches it in years. */
const MAX_VERSIONS = 1_000;
/** Each lost one means that somebody else's version came in between. */
const MAX_TRIES = 5;

/**
 * A new version, which is the newest from now on; the newest itself where that says the same already. Errors: too_many_schemas, and
 * schema_pending where it is saved and the sockets could not be told: the same again tells them.
 */
export async function saveSchema(
  ctx: Ctx,
  port: SchemaPort,
  projectId: string,
  dataType: DataType,
  schema: EtlSchema,
): Promise<Result<{ saved: SchemaVersion; isNew: boolean }, EtlError>> {
  const done = await insertVersion(ctx, projectId, dataType, schema);
  if (!done.ok || dataType !== 'TELEMETRY') return done;
  try {
    const reference = await referenceFor(ctx, projectId, schema);
    await port.telemetrySchemaSaved(projectId, { version: done.value.saved.version, schema, reference });
    return done;
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'hub_not_told', { requestId, projectId, cause: String(cause) });
    return err({ kind: 'schema_pending' });
  }
}

async function insertVersion(
  ctx: Ctx,
  projectId: string,
  dataType: DataType,
  schema: EtlSchema,
): Promise<Result<{ saved: SchemaVersion; isNew: boolean }, EtlError>> {
  const db = ctx.env.DB;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const newest = await findSchema(db, projectId, dataType, null);
    if (newest && JSON.stringify(newest.schema) === JSON.stringify(schema)) return ok({ saved: newest, isNew: false });
    const version = (newest?.version ?? 0) + 1;
    if (version > MAX_VERSIONS) return err({ kind: 'too_many_schemas', limit: MAX_VERSIONS });
    const saved = { dataType, version, schema, createdAtMs: ctx.nowMs, createdBy: actorId(ctx.actor) ?? '' };
    const detail = { dataType, version, transformations: schema.transformations.length, fields: schema.fields.length };
    // The reference first: the audit row looks at what the statement before it changed.
    const [inserted] = (
      await auditedBatch(ctx, [
        ...(masksByHash(schema) ? [insertReference(db, projectId, randomSecret())] : []),
        insertSchema(db, projectId, saved),
        auditIfChanged(ctx, { action: 'etl_schema.create', target: `${projectId}/${dataType}`, projectId, detail }),
      ])
    ).slice(-2);
    if (hasChanged(inserted)) return ok({ saved, isNew: true });
  }
  throw new Error(`a schema version was taken ${MAX_TRIES} times in a row`);
}
