import { auditedBatch, auditStatement } from '../../audit/index.ts';
import {
  type ArchivedBlock,
  BlockUnreadable,
  keepHotStatement,
  listCold,
  listMembers,
  type Packed,
  readPacked,
  restoreStatements,
} from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { toBase64 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ArchiveRestore } from '../../wire/archive.ts';
import type { Stream } from '../../wire/record.ts';
import { findArchive } from '../archives-store.ts';
import type { ArchiveError } from '../errors.ts';
import { DAY_MS } from '../keep/keep.ts';
import { isNearlyFull } from '../move/pressure.ts';
import { readSettings } from '../registers/settings-store.ts';
import { recordCheck } from '../verify/record-check.ts';

/** Of one call: packed bytes that are read and written, and blocks, two statements each. */
const MAX_BYTES = 48 * 1024 * 1024;
const MAX_BLOCKS = 300;
/** Blocks whose rows are written in one transaction. */
const ROWS_AT_ONCE = 10;

export interface RestoreRequest {
  fromMs: number;
  toMs: number;
  stream: Stream | null;
  days: number;
}

/**
 * Brings the payloads of a range back into the database, newest first, for so many days; searches do not need it, they are only faster then. What is there already
 * stays as long. Errors: database_nearly_full, archive_damaged.
 */
export async function restoreRange(
  ctx: Ctx,
  projectId: string,
  request: RestoreRequest,
): Promise<Result<ArchiveRestore, ArchiveError>> {
  const { DB } = ctx.env;
  const { fromMs, toMs, stream, days } = request;
  const { sizeBytes } = await readSettings(DB, projectId);
  if (isNearlyFull({ sizeBytes, limitBytes: ctx.config.databaseLimitBytes }))
    return err({ kind: 'database_nearly_full' });
  const hotUntilMs = ctx.nowMs + days * DAY_MS;
  await auditedBatch(ctx, [
    keepHotStatement(DB, projectId, request, hotUntilMs),
    auditStatement(ctx, {
      ...{ action: 'archive.restore', target: projectId, projectId },
      detail: { fromMs, toMs, stream, days },
    }),
  ]);
  const cold = await listCold(DB, projectId, request, MAX_BLOCKS + 1);
  const chosen = withinBytes(cold.slice(0, MAX_BLOCKS));
  const restored: ArchiveRestore = { blocks: 0, rawBytes: 0, hotUntilMs, done: chosen.length === cold.length };
  for (let at = 0; at < chosen.length; at += ROWS_AT_ONCE) {
    const blocks = chosen.slice(at, at + ROWS_AT_ONCE);
    const damaged = await restoreBlocks(ctx, blocks, hotUntilMs);
    if (damaged !== null) return err({ kind: 'archive_damaged', id: damaged });
    restored.blocks += blocks.length;
    restored.rawBytes += blocks.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
  }
  return ok(restored);
}

function withinBytes(blocks: readonly ArchivedBlock[]): ArchivedBlock[] {
  let bytes = 0;
  return blocks.filter(({ packedBytes }, i) => {
    bytes += packedBytes;
    return i === 0 || bytes <= MAX_BYTES;
  });
}

/** The id of an archive that is not what it was, and says so from then on; null where all is well. */
async function restoreBlocks(ctx: Ctx, blocks: readonly ArchivedBlock[], hotUntilMs: number): Promise<string | null> {
  const { DB } = ctx.env;
  const ids = blocks.map(({ id }) => id);
  let payloads: Map<string, Packed>;
  try {
    payloads = await readPacked(ctx.env, ids);
  } catch (cause) {
    if (!(cause instanceof BlockUnreadable) || cause.archiveId === null) throw cause;
    return noteDamaged(ctx, cause.archiveId, cause.message);
  }
  const statements: D1PreparedStatement[] = [];
  for (const block of blocks) {
    const data = payloads.get(block.id)?.data;
    // Gone, or here again: nothing is to be restored.
    if (data === undefined || typeof data === 'string') continue;
    // One that was rewritten meanwhile has another hash, and its row refuses it (restoreStatements).
    if (sha256Hex(data) === block.sha256) statements.push(...restoreStatements(DB, block, toBase64(data), hotUntilMs));
    else if (await isStill(DB, block)) {
      return noteDamaged(ctx, block.archiveId, `Block ${block.id} is not what its index row says.`);
    }
  }
  if (statements.length > 0) await DB.batch(statements);
  return null;
}

async function isStill(db: D1Database, { id, archiveId, sha256 }: ArchivedBlock): Promise<boolean> {
  return (await listMembers(db, archiveId)).some((member) => member.id === id && member.sha256 === sha256);
}

async function noteDamaged(ctx: Ctx, archiveId: string, problem: string): Promise<string> {
  const archive = await findArchive(ctx.env.DB, archiveId);
  if (archive) await recordCheck(ctx, archive, [problem]);
  return archiveId;
}
