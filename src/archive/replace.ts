import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import {
  type ArchivedBlock,
  listMembers,
  type Member,
  moveMembersStatement,
  rewriteStatements,
  type SealedBlock,
} from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { concatBytes } from '../shared/bytes.ts';
import { sha256Hex } from '../shared/hash.ts';
import { randomId } from '../shared/ids.ts';
import {
  becomesCurrentStatement,
  findArchive,
  insertWriting,
  listReplacing,
  replacedStatement,
  type StoredArchive,
} from './archives-store.ts';
import { HOT_DELAY_MS } from './move/pressure.ts';
import { settle } from './move/settle.ts';
import { giveUp, putVerified } from './move/write-archive.ts';
import { getBytes } from './objects-store.ts';
import { recordCheck } from './verify/record-check.ts';

/** What is brought to its end behind a replacement: its own two rows, and what else of the project waits. */
const MAX_UNSETTLED = 10;

export type Replaced =
  /** `id`: of the new one. The old object is gone, and its day's manifest names the new one; where that failed (`pending`), the next cron run does it. */
  | { kind: 'replaced'; id: string; key: string; replacedKey: string; pending: boolean }
  /** The archive is not, or no longer, one that is read: it has expired, or somebody has replaced it. Look again where its blocks lie. */
  | { kind: 'gone' }
  /** A block has changed since it was read, or lies in another archive. Nothing has changed here: look again. */
  | { kind: 'lost' }
  /** A block that was to stay as it is, is not what its index row says; the archive's problem says so now. */
  | { kind: 'damaged' };

/**
 * Writes another object for an archive, in which some of its blocks have another content, and lets it take the other's place: a new number of the day, put and read
 * back, then one transaction that switches all blocks, guarded by their hashes, then the old object goes and the manifest is signed anew with the reason `erased`.
 * `rewritten`: by block id, with the index row, the bytes and the filter that hold from then on; the range of a block stays. What `beside` returns is in the same
 * transaction: guard it by the new archive being current. Safe to call again after a death at any point. Throws where a store does.
 */
export async function replaceArchive(
  ctx: Ctx,
  archiveId: string,
  rewritten: ReadonlyMap<string, SealedBlock>,
  beside: (id: string) => D1PreparedStatement[] = () => [],
): Promise<Replaced> {
  const { DB, STORE } = ctx.env;
  const old = await findArchive(DB, archiveId);
  if (old?.state !== 'current') return { kind: 'gone' };
  for (const left of await listReplacing(DB, old.projectId, archiveId)) await giveUp(ctx, left);
  const before = await listMembers(DB, archiveId);
  const strange = [...rewritten.keys()].filter((id) => !before.some((member) => member.id === id));
  if (strange.length > 0) return { kind: 'lost' };
  const stored = await getBytes(STORE, old.key);
  const damaged = before.filter((member) => !rewritten.has(member.id) && !isWhole(stored?.bytes, member));
  if (stored === null || damaged.length > 0) {
    const which = damaged.map(({ id }) => id).join(', ');
    await recordCheck(ctx, old, [
      stored === null ? 'The object is not there.' : `Blocks are not what their index rows say: ${which}.`,
    ]);
    return { kind: 'damaged' };
  }
  const parts = before.map(
    ({ id, offset, packedBytes }) => rewritten.get(id)?.gzip ?? stored.bytes.subarray(offset, offset + packedBytes),
  );
  const bytes = concatBytes(parts);
  const sha256 = sha256Hex(bytes);
  const begun = await insertWriting(DB, newRow(ctx, old, before, rewritten, bytes.byteLength));
  const row = await putVerified(ctx, begun, bytes, sha256);
  if (row === null) return { kind: 'lost' };
  await auditedBatch(ctx, [
    moveMembersStatement(DB, { from: old.id, to: row.id, before: before.map(toMember), after: row.sources }),
    becomesCurrentStatement(DB, row.id, { sha256, nowMs: ctx.nowMs }),
    auditIfChanged(ctx, {
      ...{ action: 'archive.replace', target: old.id, projectId: old.projectId },
      detail: { by: row.id, key: row.key, replacedKey: old.key, rewritten: rewritten.size },
    }),
    ...rewriteStatements(DB, { projectId: old.projectId, to: row.id }, [...rewritten.values()]),
    replacedStatement(DB, old.id, row.id),
    ...beside(row.id),
  ]);
  if ((await findArchive(DB, row.id))?.state !== 'current') {
    await giveUp(ctx, row);
    return { kind: 'lost' };
  }
  const options = { projectId: old.projectId, delayMs: HOT_DELAY_MS, limit: MAX_UNSETTLED };
  const settled = await settle(ctx, options);
  const pending = settled.failed > 0 || (await findArchive(DB, old.id)) !== null;
  return { kind: 'replaced', id: row.id, key: row.key, replacedKey: old.key, pending };
}

function newRow(
  ctx: Ctx,
  old: StoredArchive,
  before: readonly ArchivedBlock[],
  rewritten: ReadonlyMap<string, SealedBlock>,
  packedBytes: number,
): Parameters<typeof insertWriting>[1] {
  const after = before.map((block) => {
    const index = rewritten.get(block.id)?.index;
    if (!index) return block;
    const { sha256, summary, rawBytes } = index;
    return { ...block, ...summary, sha256, rawBytes, packedBytes: index.packedBytes };
  });
  const sum = (of: (block: ArchivedBlock) => number) => after.reduce((total, block) => total + of(block), 0);
  return {
    ...{ id: randomId('arc'), projectId: old.projectId, day: old.day, stream: old.stream, blocks: after.length },
    ...{ records: sum(({ records }) => records), rawBytes: sum(({ rawBytes }) => rawBytes), packedBytes },
    minTs: Math.min(...after.map(({ minTs }) => minTs)),
    maxTs: Math.max(...after.map(({ maxTs }) => maxTs)),
    createdAtMs: ctx.nowMs,
    sources: after.map(toMember),
    replaces: old.id,
  };
}

function toMember({ id, sha256, packedBytes }: Member): Member {
  return { id, sha256, packedBytes };
}

function isWhole(bytes: Uint8Array | undefined, { offset, packedBytes, sha256 }: ArchivedBlock): boolean {
  return bytes !== undefined && sha256Hex(bytes.subarray(offset, offset + packedBytes)) === sha256;
}
