import { env } from 'cloudflare:workers';
import { auditedBatch, auditStatement } from '../../../src/audit/index.ts';
import { hasCopy, keptSizes, noteOf, readHead } from '../../../src/trail/checkpoints/checkpoint-store.ts';
import { parseNote, signerOf } from '../../../src/trail/checkpoints/note.ts';
import { entriesBetween } from '../../../src/trail/entry-store.ts';
import { acceptGap } from '../../../src/trail/gap/accept-gap.ts';
import { trustedKeys } from '../../../src/trail/keys/keys.ts';
import { leafHashOf } from '../../../src/trail/leaf.ts';
import { seal } from '../../../src/trail/seal/seal.ts';
import { tilesOf } from '../../../src/trail/seal/tile-store.ts';
import { emptyHash, nodeHash } from '../../../src/trail/tree/hashes.ts';
import { CompactRange, rootOf } from '../../../src/trail/tree/merkle.ts';
import { TiledTree } from '../../../src/trail/tree/tiles.ts';
import type { AuditFinding } from '../../../src/wire/audit.ts';
import { testCtx } from './context.ts';

/** Entries of actions, in transactions of at most a thousand. */
export async function writeEntries(count: number, target = 'a-target'): Promise<void> {
  const ctx = testCtx();
  for (let at = 0; at < count; at += 1_000) {
    const size = Math.min(1_000, count - at);
    await auditedBatch(
      ctx,
      Array.from({ length: size }, (_, i) =>
        auditStatement(ctx, { action: 'test.write', target, projectId: null, detail: { n: at + i } }),
      ),
    );
  }
}

export async function lastSeq(): Promise<number> {
  return (await env.DB.prepare('SELECT max(seq) AS seq FROM audit').first<number>('seq')) ?? 0;
}

/** Seals all there is, with gaps that a test before has left. */
export async function sealAll(): Promise<void> {
  for (;;) {
    const outcome = await seal(testCtx());
    if (outcome.kind === 'sealed' && outcome.added === 0) return;
    if (outcome.kind === 'sealed') continue;
    const [, toSeq] = /^Entries \d+ to (\d+) are not there: numbers were skipped/.exec(outcome.finding.detail) ?? [];
    if (!(await acceptGap(testCtx(), Number(toSeq), 'of a test before')).ok) throw new Error(outcome.finding.detail);
  }
}

/** Seals all there is, moves the numbers on as by hand, and writes one entry. Answers the last number that nobody has. */
export async function skipNumbers(count: number): Promise<number> {
  await sealAll();
  await env.DB.prepare("UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'audit'").bind(count).run();
  await writeEntries(1);
  return (await lastSeq()) - 1;
}

/** As a restore leaves the database: entries, numbers and checkpoints of then. */
export async function putBack(lastSeqOfThen: number): Promise<void> {
  const sqls = await env.DB.prepare(
    "SELECT name, sql FROM sqlite_master WHERE name IN ('audit_keeps_history', 'audit_checkpoints_are_kept')",
  ).all<{ name: string; sql: string }>();
  await env.DB.batch([
    ...sqls.results.map(({ name }) => env.DB.prepare(`DROP TRIGGER ${name}`)),
    env.DB.prepare('DELETE FROM audit WHERE seq > ?1').bind(lastSeqOfThen),
    env.DB.prepare('DELETE FROM audit_checkpoints WHERE size > ?1').bind(lastSeqOfThen),
    env.DB.prepare("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'audit'").bind(lastSeqOfThen),
    ...sqls.results.map(({ sql }) => env.DB.prepare(sql)),
  ]);
}

/** RFC 6962, 2.1, over what the database has; the tiles have no part in it. */
export async function rootByRows(size: number): Promise<Uint8Array> {
  const rows = new Map((await entriesBetween(env.DB, 1, size)).map((row) => [row.seq, row]));
  const mth = (from: number, to: number): Uint8Array => {
    if (to - from === 0) return emptyHash();
    if (to - from === 1) return leafHashOf(from + 1, rows.get(from + 1));
    let k = 1;
    while (k * 2 < to - from) k *= 2;
    return nodeHash(mth(from, from + k), mth(from + k, to));
  };
  return mth(0, size);
}

export async function findings(): Promise<AuditFinding[]> {
  const { results } = await env.DB.prepare(
    'SELECT id, kind, seq, detail, found_at_ms AS foundAtMs FROM audit_findings ORDER BY found_at_ms, id',
  ).all<AuditFinding>();
  return results;
}

/** Every checkpoint that the bucket keeps and what is wrong with it, of a trail without a hole: signature, root by the rows, root by the tiles, copy in the database. */
export async function wrongCheckpoints(): Promise<string[]> {
  const keys = await trustedKeys(testCtx());
  const wrong: string[] = [];
  const range = new CompactRange();
  const sizes = await keptSizes(env.STORE, 0, 1_000);
  for (const size of sizes) {
    const text = (await noteOf(env.STORE, size)) ?? '';
    const note = parseNote(text);
    if (note === null || note.size !== size || signerOf(note, keys) === null) {
      wrong.push(`${size}: signature`);
      continue;
    }
    for (const row of await entriesBetween(env.DB, range.size + 1, size)) range.add(leafHashOf(row.seq, row));
    if (!Buffer.from(note.root).equals(range.root())) wrong.push(`${size}: rows`);
    const tree = new TiledTree(size, tilesOf(env.STORE));
    if (!Buffer.from(note.root).equals(await rootOf(size, tree.subtrees))) wrong.push(`${size}: tiles`);
    if (!(await hasCopy(env.DB, size, text))) wrong.push(`${size}: database`);
  }
  const head = parseNote((await readHead(env.STORE))?.note ?? '');
  if ((head?.size ?? 0) !== (sizes.at(-1) ?? 0)) wrong.push(`head ${head?.size}`);
  return wrong;
}
