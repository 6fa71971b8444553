import type { StoredHold } from './hold-store.ts';
import type { StoredRequest } from './request-store.ts';

const PREFIX = 'compliance/erasures/';

export const ledgerKey = (requestId: string): string => `${PREFIX}${requestId}.json`;

/** What in R2 says of an erasure. It outlives a restore of the database, which knows nothing then of what was done since. */
export interface LedgerObject {
  format: 'breakwater-erasure/1';
  /** As the database had it when the execution began; its identity is encrypted. */
  request: StoredRequest;
  /** In force then. */
  holds: StoredHold[];
  beganAtMs: number;
  /** Of the last execution that ended; null while the first one runs. */
  executedAtMs: number | null;
  restorableUntilMs: number | null;
}

/** What a listing tells of it, without reading it. */
export interface LedgerHead {
  requestId: string;
  executedAtMs: number | null;
}

export async function putLedger(bucket: R2Bucket, ledger: LedgerObject): Promise<void> {
  const { request, executedAtMs } = ledger;
  await bucket.put(ledgerKey(request.id), JSON.stringify(ledger), {
    httpMetadata: { contentType: 'application/json' },
    customMetadata: { executedAtMs: executedAtMs === null ? '' : String(executedAtMs) },
  });
}

export async function readLedger(bucket: R2Bucket, requestId: string): Promise<LedgerObject | null> {
  const object = await bucket.get(ledgerKey(requestId));
  return object && (await object.json<LedgerObject>());
}

export async function deleteLedger(bucket: R2Bucket, requestId: string): Promise<void> {
  await bucket.delete(ledgerKey(requestId));
}

export async function listLedger(
  bucket: R2Bucket,
  cursor: string | null,
  limit: number,
): Promise<{ heads: LedgerHead[]; cursor: string | null }> {
  const listed = await bucket.list({
    ...{ prefix: PREFIX, limit, include: ['customMetadata'] },
    ...(cursor === null ? {} : { cursor }),
  });
  return {
    heads: listed.objects.map(({ key, customMetadata }) => ({
      requestId: key.slice(PREFIX.length, -'.json'.length),
      executedAtMs: customMetadata?.executedAtMs ? Number(customMetadata.executedAtMs) : null,
    })),
    cursor: listed.truncated ? listed.cursor : null,
  };
}

export interface LedgerRow {
  requestId: string;
  beganAtMs: number;
  /** When the object was written: nothing is deleted before. */
  objectAtMs: number | null;
  executedAtMs: number | null;
}

/** Where the request has begun. */
export function insertLedgerRow(
  db: D1Database,
  { id, projectId, reference, sealed }: StoredRequest,
  beganAtMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO erasure_ledger (request_id, project_id, reference, sealed, began_at_ms)
       SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM deletion_requests WHERE id = ?1 AND state = 'running')
       ON CONFLICT (request_id) DO NOTHING`,
    )
    .bind(id, projectId, reference, sealed, beganAtMs);
}

export async function findLedgerRow(db: D1Database, requestId: string): Promise<LedgerRow | null> {
  return db
    .prepare(
      `SELECT request_id AS requestId, began_at_ms AS beganAtMs, object_at_ms AS objectAtMs, executed_at_ms AS executedAtMs
       FROM erasure_ledger WHERE request_id = ?1`,
    )
    .bind(requestId)
    .first<LedgerRow>();
}

export function noteObject(db: D1Database, requestId: string, atMs: number): D1PreparedStatement {
  return db
    .prepare('UPDATE erasure_ledger SET object_at_ms = ?2 WHERE request_id = ?1 AND object_at_ms IS NULL')
    .bind(requestId, atMs);
}

export function noteExecuted(db: D1Database, requestId: string, executedAtMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE erasure_ledger SET executed_at_ms = ?2
       WHERE request_id = ?1 AND EXISTS (SELECT 1 FROM deletion_requests WHERE id = ?1 AND state = 'done' AND executed_at_ms = ?2)`,
    )
    .bind(requestId, executedAtMs);
}

export async function replayCursor(db: D1Database): Promise<string | null> {
  const row = await db.prepare('SELECT cursor FROM erasure_replay WHERE id = 1').first<{ cursor: string | null }>();
  return row?.cursor ?? null;
}

export function moveReplayCursor(db: D1Database, cursor: string | null): D1PreparedStatement {
  return db.prepare('UPDATE erasure_replay SET cursor = ?1 WHERE id = 1').bind(cursor);
}
