import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import {
  addLineTokens,
  type BlockIndex,
  buildFilter,
  deflatePiece,
  joinPieces,
  listBlocks,
  readPayloads,
  SummaryBuilder,
  TokenSet,
} from '../../../src/blocks/index.ts';
import { toBase64, toHex, utf8 } from '../../../src/shared/bytes.ts';
import type { LogRecord } from '../../../src/wire/record.ts';

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };

/** Leaves an empty line in the blocks of a project where a record was that is to go; by hand, as the last resort of an operator would. Returns how many. */
export async function eraseByHand(projectId: string, goes: (record: LogRecord) => boolean): Promise<number> {
  let erased = 0;
  for (const block of await listBlocks(env.DB, projectId, ALL)) erased += await eraseInBlock(block, goes);
  return erased;
}

async function eraseInBlock(block: BlockIndex, goes: (record: LogRecord) => boolean): Promise<number> {
  const text = (await readPayloads(env, [block])).get(block.id);
  if (text === undefined) throw new Error(`block ${block.id} has no payload`);
  const summary = new SummaryBuilder(block.summary);
  const lines = text.slice(0, -1).split('\n');
  const left = lines.map((line) => {
    if (line === '') return line;
    const record = JSON.parse(line) as LogRecord;
    if (goes(record)) return '';
    summary.add(record.ts, record.level, record.service);
    return line;
  });
  const ndjson = `${left.join('\n')}\n`;
  const raw = utf8(ndjson);
  const gzip = joinPieces([deflatePiece(raw)]);
  const tokens = new TokenSet();
  addLineTokens(tokens, ndjson);
  const built = summary.build();
  await env.DB.batch([
    env.DB.prepare(
      `UPDATE blocks SET records = ?2, min_ts = ?3, max_ts = ?4, summary = ?5, raw_bytes = ?6, packed_bytes = ?7, sha256 = ?8 WHERE id = ?1`,
    ).bind(
      block.id,
      built.records,
      built.minTs,
      built.maxTs,
      JSON.stringify(built),
      raw.byteLength,
      gzip.byteLength,
      toHex(createHash('sha256').update(gzip).digest()),
    ),
    env.DB.prepare('UPDATE block_payloads SET data = ?2 WHERE block_id = ?1').bind(block.id, toBase64(gzip)),
    env.DB.prepare('UPDATE block_filters SET filter = ?2 WHERE block_id = ?1').bind(
      block.id,
      toBase64(buildFilter(tokens)),
    ),
  ]);
  return lines.filter((line) => line !== '').length - built.records;
}
