import type { Ctx } from '../../env.ts';
import type { AuditCheckpoint } from '../../wire/audit.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { treeFinding } from '../findings/report.ts';
import { type TrustedKey, trustedKeys } from '../keys/keys.ts';
import { copiesFrom, newestCheckpoints } from './checkpoint-store.ts';
import { parseNote, signerOf, type TreeHead } from './note.ts';

/**
 * Rows of `audit_checkpoints` are copies that whoever can run SQL can add to. What one says counts where its note is signed by a key of ours, and nothing else of
 * it does: so a forged row neither moves the trail on, nor back, nor stops it, and stays as evidence.
 */

/** More than that are not looked through: each is parsed and may cost a check of a signature. */
export const MAX_FORGED = 1_000;

/** Whether a key of ours signed that. */
export function isSigned({ size, note }: AuditCheckpoint, keys: readonly TrustedKey[]): boolean {
  const parsed = parseNote(note);
  return parsed !== null && parsed.size === size && signerOf(parsed, keys) !== null;
}

/** The same note under another size is forged. */
export function isCopyOf(row: AuditCheckpoint, size: number, note: string): boolean {
  return row.size === size && row.note === note;
}

/** Of a row that counts for nothing; found again it is the same. */
export function forgedFinding({ size }: AuditCheckpoint): NewFinding {
  return treeFinding(
    'signature',
    `The database has a checkpoint of size ${size} that no key of this deployment signed; it counts for nothing.`,
  );
}

/** The newest checkpoint of the database that counts. At most three statements. Null too behind more than a thousand that do not. */
export async function lastSigned(ctx: Ctx): Promise<AuditCheckpoint | null> {
  const { DB } = ctx.env;
  const keys = await trustedKeys(ctx);
  const [newest] = await newestCheckpoints(DB, 1);
  if (newest === undefined || isSigned(newest, keys)) return newest ?? null;
  return (await newestCheckpoints(DB, MAX_FORGED + 1)).find((row) => isSigned(row, keys)) ?? null;
}

/** How many entries are covered by a checkpoint. */
export async function sealedSize(ctx: Ctx): Promise<number> {
  return (await lastSigned(ctx))?.size ?? 0;
}

export interface OtherCopies {
  /** What speaks against the head; null for nothing. */
  doubt: string | null;
  forged: NewFinding[];
}

/** What the database has of the size of the head and above, besides the head. One statement. */
export async function otherCopies(
  { env: { DB } }: Ctx,
  head: TreeHead,
  note: string,
  keys: readonly TrustedKey[],
): Promise<OtherCopies> {
  const rows = await copiesFrom(DB, head.size, MAX_FORGED + 2);
  const others = rows.filter((row) => !isCopyOf(row, head.size, note));
  const signed = others.find((row) => isSigned(row, keys));
  if (signed !== undefined) return { doubt: doubtOf(head.size, signed.size), forged: [] };
  if (others.length > MAX_FORGED) {
    const doubt = `The database has more than ${MAX_FORGED} checkpoints from size ${head.size} on that no key of this deployment signed, and more are not looked through.`;
    return { doubt, forged: [] };
  }
  return { doubt: null, forged: others.map(forgedFinding) };
}

function doubtOf(headSize: number, size: number): string {
  return size === headSize
    ? `Database and bucket have different checkpoints of size ${size}.`
    : `The database knows a checkpoint of size ${size}, and the newest in the bucket is of size ${headSize}.`;
}
