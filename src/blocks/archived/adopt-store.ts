import type { Stream } from '../../wire/record.ts';
import { lying, type Member } from './place-store.ts';

/** A block, with what tells whether a member of an object is it. */
export interface KnownBlock extends Member {
  /** Erased records leave empty lines: there are as many lines as there were records. */
  lines: number;
  minTs: number;
  maxTs: number;
  /** Null where the database alone has it. */
  archiveId: string | null;
}

interface KnownRow {
  id: string;
  sha256: string;
  packed_bytes: number;
  lines: number;
  min_ts: number;
  max_ts: number;
  archive_id: string | null;
}

const KNOWN = 'id, sha256, packed_bytes, last_seq - first_seq + 1 AS lines, min_ts, max_ts, archive_id';

function toKnown(row: KnownRow): KnownBlock {
  return {
    ...{ id: row.id, sha256: row.sha256, packedBytes: row.packed_bytes, lines: row.lines },
    ...{ minTs: row.min_ts, maxTs: row.max_ts, archiveId: row.archive_id },
  };
}

/** Of an archive, in the order in which they lie. */
export async function listKnownOf(db: D1Database, archiveId: string): Promise<KnownBlock[]> {
  const { results } = await db
    .prepare(`SELECT ${KNOWN} FROM blocks WHERE archive_id = ?1 ORDER BY archive_offset`)
    .bind(archiveId)
    .all<KnownRow>();
  return results.map(toKnown);
}

/** Of a stream and a time (of the newest record; the end is exclusive), those that the database alone has, in the order in which they would be archived. */
export async function listKnownHot(
  db: D1Database,
  projectId: string,
  of: { stream: Stream; fromMs: number; toMs: number },
): Promise<KnownBlock[]> {
  const { results } = await db
    .prepare(
      `SELECT ${KNOWN} FROM blocks WHERE project_id = ?1 AND max_ts >= ?2 AND max_ts < ?3 AND stream = ?4 AND archive_id IS NULL
       ORDER BY max_ts, id`,
    )
    .bind(projectId, of.fromMs, of.toMs, of.stream)
    .all<KnownRow>();
  return results.map(toKnown);
}

/**
 * The blocks lie in the object of the archive `to`, one after another: as many rows change as there are members; or none, where `to` is no longer being written or
 * one of the blocks is not what and where it was. Those that the database alone had stay there until `hotUntilMs`.
 */
export function adoptMembersStatement(
  db: D1Database,
  {
    to,
    before,
    after,
    hotUntilMs,
  }: {
    to: string;
    before: readonly KnownBlock[];
    after: readonly Member[];
    hotUntilMs: number;
  },
): D1PreparedStatement {
  const known = before.map(({ id, sha256, archiveId }) => ({ id, sha256, archiveId }));
  return db
    .prepare(
      `UPDATE blocks SET archive_id = ?1, archive_offset = j.value ->> 'offset', hot_until_ms = iif(archive_id IS NULL, ?4, hot_until_ms)
       FROM json_each(?2) j
       WHERE blocks.id = j.value ->> 'id'
         AND EXISTS (SELECT 1 FROM archives WHERE id = ?1 AND state = 'writing')
         AND (SELECT count(*) FROM json_each(?3) k JOIN blocks b ON b.id = k.value ->> 'id'
              WHERE b.archive_id IS k.value ->> 'archiveId' AND b.sha256 = k.value ->> 'sha256') = ?5`,
    )
    .bind(to, lying(after), JSON.stringify(known), hotUntilMs, before.length);
}

/** Blocks of an archive that leaves and whose payload is here are of the database alone again; the others are left to forgetMembersStatements. */
export function unarchiveStatement(db: D1Database, archiveId: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE blocks SET archive_id = NULL, archive_offset = NULL, hot_until_ms = NULL
       WHERE archive_id = ?1 AND EXISTS (SELECT 1 FROM archives WHERE id = ?1 AND state = 'leaving')
         AND EXISTS (SELECT 1 FROM block_payloads WHERE block_id = blocks.id)`,
    )
    .bind(archiveId);
}
