import { toBase64 } from '../../shared/bytes.ts';
import type { SealedBlock } from '../block.ts';
import { lying, type Member } from './place-store.ts';

/** D1 takes 2,000,000 bytes in a parameter; a summary can have 150 KB, a filter half of that. */
const MAX_CONTENT_CHARS = 1_500_000;

/**
 * The blocks of the archive `from` lie in `to`: as many rows change as there are members; or none, where `to` is no longer being written, or `from` or one of
 * its blocks is not what it was.
 */
export function moveMembersStatement(
  db: D1Database,
  { from, to, before, after }: { from: string; to: string; before: readonly Member[]; after: readonly Member[] },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE blocks SET archive_id = ?1, archive_offset = j.value ->> 'offset' FROM json_each(?2) j
       WHERE blocks.id = j.value ->> 'id'
         AND EXISTS (SELECT 1 FROM archives WHERE id = ?1 AND state = 'writing')
         AND EXISTS (SELECT 1 FROM archives WHERE id = ?3 AND state = 'current')
         AND (SELECT count(*) FROM json_each(?4) k CROSS JOIN blocks b ON b.id = k.value ->> 'id'
              WHERE b.archive_id = ?3 AND b.sha256 = k.value ->> 'sha256') = ?5`,
    )
    .bind(to, lying(after), from, JSON.stringify(before), before.length);
}

/** Blocks that lie in `to` by now have another content, and what the database had of their payloads is gone. Elsewhere nothing changes. */
export function rewriteStatements(
  db: D1Database,
  { projectId, to }: { projectId: string; to: string },
  rewritten: readonly SealedBlock[],
): D1PreparedStatement[] {
  const ids = JSON.stringify(rewritten.map(({ index }) => index.id));
  // Each by its id: from the index of archives the list would be read anew for every block of the archive.
  const these = 'SELECT b.id FROM json_each(?1) j CROSS JOIN blocks b ON b.id = j.value WHERE b.archive_id = ?2';
  return [
    ...contentsOf(rewritten).flatMap((contents) => contentStatements(db, to, contents)),
    db.prepare(`DELETE FROM block_payloads WHERE block_id IN (${these})`).bind(ids, to),
    db.prepare(`UPDATE blocks SET hot_until_ms = NULL WHERE id IN (${these})`).bind(ids, to),
    db
      .prepare(
        `INSERT INTO block_epochs (project_id, epoch) SELECT ?1, 1 WHERE changes() > 0
         ON CONFLICT (project_id) DO UPDATE SET epoch = epoch + 1`,
      )
      .bind(projectId),
  ];
}

function contentStatements(db: D1Database, archiveId: string, contents: string): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `UPDATE blocks SET records = j.value ->> 'records', min_ts = j.value ->> 'minTs', max_ts = j.value ->> 'maxTs', summary = j.value ->> 'summary',
           raw_bytes = j.value ->> 'rawBytes', packed_bytes = j.value ->> 'packedBytes', sha256 = j.value ->> 'sha256'
         FROM json_each(?1) j WHERE blocks.id = j.value ->> 'id' AND +blocks.archive_id = ?2`,
      )
      .bind(contents, archiveId),
    db
      .prepare(
        `UPDATE block_filters SET filter = j.value ->> 'filter' FROM json_each(?1) j
         WHERE block_filters.block_id = j.value ->> 'id'
           AND EXISTS (SELECT 1 FROM blocks WHERE id = j.value ->> 'id' AND archive_id = ?2)`,
      )
      .bind(contents, archiveId),
  ];
}

/** JSON lists that fit into a parameter each. */
function contentsOf(blocks: readonly SealedBlock[]): string[] {
  const lists: string[][] = [];
  let chars = MAX_CONTENT_CHARS;
  for (const { index, filter } of blocks) {
    const { summary } = index;
    const text = JSON.stringify({
      ...{ id: index.id, records: summary.records, minTs: summary.minTs, maxTs: summary.maxTs },
      ...{ summary: JSON.stringify(summary), rawBytes: index.rawBytes, packedBytes: index.packedBytes },
      ...{ sha256: index.sha256, filter: toBase64(filter) },
    });
    if (chars + text.length > MAX_CONTENT_CHARS) {
      lists.push([]);
      chars = 0;
    }
    lists.at(-1)?.push(text);
    chars += text.length;
  }
  return lists.map((texts) => `[${texts.join(',')}]`);
}
