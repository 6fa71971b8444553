import { env } from 'cloudflare:workers';
import { type BlockIndex, listBlocks } from '../../../src/blocks/index.ts';
import { concatBytes, fromBase64, toBase64 } from '../../../src/shared/bytes.ts';
import { sha256Hex } from '../../../src/shared/hash.ts';
import { randomId } from '../../../src/shared/ids.ts';

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };

export interface ArchivedByHand {
  id: string;
  key: string;
  blockIds: string[];
}

/**
 * Moves blocks of a project that are in the database into objects of R2, one for each day and stream, as an archive run leaves them; by hand, so that a test
 * of reading needs no archive run. `keepsPayload`: they stay in the database too, as on the first day. The project must exist.
 */
export async function archiveByHand(
  projectId: string,
  {
    chooses = () => true,
    keepsPayload = false,
  }: { chooses?: (block: BlockIndex) => boolean; keepsPayload?: boolean } = {},
): Promise<ArchivedByHand[]> {
  const { results } = await env.DB.prepare('SELECT id FROM blocks WHERE project_id = ?1 AND archive_id IS NULL')
    .bind(projectId)
    .all<{ id: string }>();
  const unarchived = new Set(results.map(({ id }) => id));
  const chosen = (await listBlocks(env.DB, projectId, ALL)).filter(
    (block) => unarchived.has(block.id) && chooses(block),
  );
  const groups = Map.groupBy(chosen, ({ stream, summary }) => `${dayOf(summary.maxTs)} ${stream}`);
  const archives: ArchivedByHand[] = [];
  for (const group of groups.values()) archives.push(await archiveGroup(projectId, group, keepsPayload));
  return archives;
}

async function archiveGroup(projectId: string, blocks: BlockIndex[], keepsPayload: boolean): Promise<ArchivedByHand> {
  const [first] = blocks;
  if (!first) throw new Error('nothing is to be archived');
  const day = dayOf(first.summary.maxTs);
  const members = await Promise.all(blocks.map(async ({ id }) => fromBase64(await payloadOf(id))));
  const object = concatBytes(members);
  const numbered = await env.DB.prepare('SELECT max(number) AS number FROM archives WHERE project_id = ?1 AND day = ?2')
    .bind(projectId, day)
    .first<{ number: number | null }>();
  const number = (numbered?.number ?? 0) + 1;
  const key = `archive/${projectId}/${day.replaceAll('-', '/')}/batch-${String(number).padStart(4, '0')}.ndjson.gz`;
  const id = randomId('arc');
  await env.STORE.put(key, object);
  let offset = 0;
  const moved = blocks.flatMap((block, i) => {
    const at = offset;
    offset += members[i]?.byteLength ?? 0;
    const place = env.DB.prepare(
      'UPDATE blocks SET archive_id = ?2, archive_offset = ?3, hot_until_ms = ?4 WHERE id = ?1',
    ).bind(block.id, id, at, keepsPayload ? 8.64e15 : null);
    return keepsPayload
      ? [place]
      : [place, env.DB.prepare('DELETE FROM block_payloads WHERE block_id = ?1').bind(block.id)];
  });
  const sum = (of: (block: BlockIndex) => number): number => blocks.reduce((all, block) => all + of(block), 0);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
         storage_class, created_at_ms, verified_at_ms, sources) VALUES (?1, ?2, ?3, ?4, ?5, 'current', ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'Standard', ?14, ?14, '[]')`,
    ).bind(
      id,
      projectId,
      day,
      number,
      first.stream,
      key,
      blocks.length,
      sum(({ summary }) => summary.records),
      sum(({ rawBytes }) => rawBytes),
      object.byteLength,
      Math.min(...blocks.map(({ summary }) => summary.minTs)),
      Math.max(...blocks.map(({ summary }) => summary.maxTs)),
      sha256Hex(object),
      Date.now(),
    ),
    ...moved,
  ]);
  return { id, key, blockIds: blocks.map((block) => block.id) };
}

/** Takes the payloads of archived blocks out of the database. */
export async function coolByHand(projectId: string): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      'DELETE FROM block_payloads WHERE block_id IN (SELECT id FROM blocks WHERE project_id = ?1 AND archive_id IS NOT NULL)',
    ).bind(projectId),
    env.DB.prepare('UPDATE blocks SET hot_until_ms = NULL WHERE project_id = ?1').bind(projectId),
  ]);
}

/** Puts the payloads of archived blocks into the database again. */
export async function restoreByHand(projectId: string): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT b.id, b.archive_offset AS at, b.packed_bytes AS bytes, a.object_key AS object_key FROM blocks b JOIN archives a ON a.id = b.archive_id
     WHERE b.project_id = ?1`,
  )
    .bind(projectId)
    .all<{ id: string; at: number; bytes: number; object_key: string }>();
  for (const { id, at, bytes, object_key: key } of results) {
    const object = await env.STORE.get(key, { range: { offset: at, length: bytes } });
    if (!object) throw new Error(`${key} is gone`);
    const data = toBase64(new Uint8Array(await object.arrayBuffer()));
    await env.DB.batch([
      env.DB.prepare('INSERT OR REPLACE INTO block_payloads (block_id, data) VALUES (?1, ?2)').bind(id, data),
      env.DB.prepare('UPDATE blocks SET hot_until_ms = ?2 WHERE id = ?1').bind(id, 8.64e15),
    ]);
  }
}

/** The same bytes in another object, as an erasure that changed other blocks leaves these; the old object is gone at once. */
export async function moveByHand(projectId: string): Promise<void> {
  const { results } = await env.DB.prepare('SELECT id, object_key FROM archives WHERE project_id = ?1')
    .bind(projectId)
    .all<{ id: string; object_key: string }>();
  for (const { id, object_key: key } of results) {
    const object = await env.STORE.get(key);
    if (!object) throw new Error(`${key} is gone`);
    const gap = new Uint8Array(100);
    const moved = `${key}.${randomId('x')}`;
    await env.STORE.put(moved, concatBytes([gap, new Uint8Array(await object.arrayBuffer())]));
    await env.DB.batch([
      env.DB.prepare('UPDATE archives SET object_key = ?2 WHERE id = ?1').bind(id, moved),
      env.DB.prepare('UPDATE blocks SET archive_offset = archive_offset + 100 WHERE archive_id = ?1').bind(id),
    ]);
    await env.STORE.delete(key);
  }
}

async function payloadOf(blockId: string): Promise<string> {
  const row = await env.DB.prepare('SELECT data FROM block_payloads WHERE block_id = ?1')
    .bind(blockId)
    .first<{ data: string }>();
  if (!row) throw new Error(`block ${blockId} has no payload`);
  return row.data;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
