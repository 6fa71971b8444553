import type { AuditCheckpoint } from '../../wire/audit.ts';

/** C2SP tlog-tiles has the newest checkpoint beside the tiles; the ones before it are kept by their size. */
const HEAD_KEY = 'audit/checkpoint';
const PREFIX = 'audit/checkpoints/';
const SIZE_DIGITS = 12;
const NOTE = { httpMetadata: { contentType: 'text/plain; charset=utf-8' } };

const keyOf = (size: number): string => PREFIX + String(size).padStart(SIZE_DIGITS, '0');

/** The newest checkpoint as the bucket has it. Whoever wants to sign the next one names this etag: of two, one is refused. */
export interface StoredHead {
  note: string;
  etag: string;
}

export async function readHead(bucket: R2Bucket): Promise<StoredHead | null> {
  const object = await bucket.get(HEAD_KEY);
  return object && { note: await object.text(), etag: object.etag };
}

/** False where somebody else has replaced the head that `before` was. */
export async function replaceHead(bucket: R2Bucket, note: string, before: StoredHead | null): Promise<boolean> {
  const onlyIf = before === null ? { etagDoesNotMatch: '*' } : { etagMatches: before.etag };
  return (await bucket.put(HEAD_KEY, note, { ...NOTE, onlyIf })) !== null;
}

/** False where another note of that size is there. */
export async function keepNote(bucket: R2Bucket, size: number, note: string): Promise<boolean> {
  // A read costs a tenth of a write, and it is there but for the first time.
  const kept = await noteOf(bucket, size);
  if (kept !== null) return kept === note;
  const put = await bucket.put(keyOf(size), note, { ...NOTE, onlyIf: { etagDoesNotMatch: '*' } });
  return put !== null || (await noteOf(bucket, size)) === note;
}

export async function noteOf(bucket: R2Bucket, size: number): Promise<string | null> {
  return (await (await bucket.get(keyOf(size)))?.text()) ?? null;
}

export interface KeptNote {
  size: number;
  etag: string;
}

/** Notes of sizes above `afterSize`, ascending, at most `limit`. */
export async function keptNotes(bucket: R2Bucket, afterSize: number, limit: number): Promise<KeptNote[]> {
  const { objects } = await bucket.list({ prefix: PREFIX, startAfter: keyOf(afterSize), limit });
  return objects.map(({ key, etag }) => ({ size: Number(key.slice(PREFIX.length)), etag }));
}

export async function keptSizes(bucket: R2Bucket, afterSize: number, limit: number): Promise<number[]> {
  return (await keptNotes(bucket, afterSize, limit)).map(({ size }) => size);
}

const COLUMNS = 'size, root_hash AS rootHash, signed_at_ms AS signedAtMs, kid, note';

/** As they are there, signed or not (./signed.ts). */
export async function newestCheckpoints(db: D1Database, limit: number): Promise<AuditCheckpoint[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM audit_checkpoints ORDER BY size DESC LIMIT ?1`)
    .bind(limit)
    .all<AuditCheckpoint>();
  return results;
}

/** Of that size and above, as they are there. */
export async function copiesFrom(db: D1Database, size: number, limit: number): Promise<AuditCheckpoint[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM audit_checkpoints WHERE size >= ?1 ORDER BY size LIMIT ?2`)
    .bind(size, limit)
    .all<AuditCheckpoint>();
  return results;
}

/** Does nothing where it is there. */
export function checkpointStatement(db: D1Database, checkpoint: AuditCheckpoint): D1PreparedStatement {
  const { size, rootHash, signedAtMs, kid, note } = checkpoint;
  return db
    .prepare(
      `INSERT INTO audit_checkpoints (size, root_hash, signed_at_ms, kid, note) SELECT ?1, ?2, ?3, ?4, ?5
       WHERE NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE size = ?1 AND note = ?5)`,
    )
    .bind(size, rootHash, signedAtMs, kid, note);
}

export async function hasCopy(db: D1Database, size: number, note: string): Promise<boolean> {
  const found = await db
    .prepare('SELECT 1 AS found FROM audit_checkpoints WHERE size = ?1 AND note = ?2')
    .bind(size, note)
    .first<{ found: number }>();
  return found !== null;
}

/** Above `fromSize`, up to `toSize`, ascending, as they are there. */
export async function checkpointsBetween(
  db: D1Database,
  { fromSize, toSize }: { fromSize: number; toSize: number },
  limit: number,
): Promise<AuditCheckpoint[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM audit_checkpoints WHERE size > ?1 AND size <= ?2 ORDER BY size LIMIT ?3`)
    .bind(fromSize, toSize, limit)
    .all<AuditCheckpoint>();
  return results;
}

/** Of `maxSize` and below without the first `skipped`, newest first, as they are there. */
export async function checkpointPage(
  db: D1Database,
  { maxSize, skipped }: { maxSize: number; skipped: number },
  limit: number,
): Promise<AuditCheckpoint[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM audit_checkpoints WHERE size <= ?1 ORDER BY size DESC, note LIMIT ?2 OFFSET ?3`)
    .bind(maxSize, limit, skipped)
    .all<AuditCheckpoint>();
  return results;
}
