import { createHash } from 'node:crypto';
import type { Ctx } from '../../env.ts';
import { toBase64 } from '../../shared/bytes.ts';
import type { AuditCheckpoint } from '../../wire/audit.ts';
import { checkpointStatement, type KeptNote, keepNote, keptNotes, noteOf } from '../checkpoints/checkpoint-store.ts';
import { parseNote, signerOf } from '../checkpoints/note.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { treeFinding } from '../findings/report.ts';
import type { TrustedKey } from '../keys/keys.ts';

const LIST_LIMIT = 1_000;
/** Notes that one run reads because they do not look like what the database has. */
const MAX_READ = 100;

/** What is wrong with a checkpoint that is signed, given the root of as many entries; null for nothing. That all lead to one tree is that they are consistent. */
export function checkCheckpoint(checkpoint: AuditCheckpoint, root: Uint8Array): NewFinding | null {
  const { size } = checkpoint;
  const note = parseNote(checkpoint.note);
  if (note === null || toBase64(note.root) !== checkpoint.rootHash) {
    return treeFinding('tree', `The checkpoint that the database has of size ${size} is not what its note says.`);
  }
  const leads = toBase64(root) === checkpoint.rootHash;
  return leads
    ? null
    : treeFinding('tree', `The entries as they were sealed do not lead to the checkpoint of size ${size}.`);
}

/**
 * Holds the checkpoints that bucket and database have above `fromSize`, up to `toSize`, against each other; `known` are those of the database that are signed.
 * What one of them lacks it is given back where it is signed, and it is told: neither loses one by itself but by being put back.
 */
export async function matchCheckpoints(
  ctx: Ctx,
  known: readonly AuditCheckpoint[],
  range: { fromSize: number; toSize: number },
  keys: readonly TrustedKey[],
): Promise<NewFinding[]> {
  const kept = new Map((await notesIn(ctx.env.STORE, range)).map(({ size, etag }) => [size, etag]));
  const stored = new Set(known.map(({ size }) => size));
  const findings: NewFinding[] = [];
  for (const { size, note } of known.filter((checkpoint) => !kept.has(checkpoint.size))) {
    findings.push(treeFinding('tree', `The checkpoint of size ${size} was gone from the bucket.`));
    await keepNote(ctx.env.STORE, size, note);
  }
  const others = known.filter(({ size, note }) => kept.has(size) && kept.get(size) !== etagOf(note));
  for (const { size, note } of others.slice(0, MAX_READ)) {
    if ((await noteOf(ctx.env.STORE, size)) === note) continue;
    findings.push(treeFinding('tree', `The bucket keeps another checkpoint of size ${size} than the database has.`));
  }
  for (const size of [...kept.keys()].filter((one) => !stored.has(one)))
    findings.push(...(await adopt(ctx, size, keys)));
  return findings;
}

async function adopt(ctx: Ctx, size: number, keys: readonly TrustedKey[]): Promise<NewFinding[]> {
  const note = (await noteOf(ctx.env.STORE, size)) ?? '';
  const parsed = parseNote(note);
  const signer = parsed && signerOf(parsed, keys);
  if (parsed === null || signer === null || parsed.size !== size) {
    return [
      treeFinding('signature', `The bucket keeps a checkpoint of size ${size} that no key of this deployment signed.`),
    ];
  }
  const { kid } = signer;
  const checkpoint = { size, rootHash: toBase64(parsed.root), signedAtMs: ctx.nowMs, kid, note };
  await ctx.env.DB.batch([checkpointStatement(ctx.env.DB, checkpoint)]);
  return [treeFinding('tree', `The checkpoint of size ${size} was gone from the database.`)];
}

/** What R2 answers of an object that was put at once. */
function etagOf(note: string): string {
  return createHash('md5').update(note).digest('hex');
}

async function notesIn(
  bucket: R2Bucket,
  { fromSize, toSize }: { fromSize: number; toSize: number },
): Promise<KeptNote[]> {
  const notes: KeptNote[] = [];
  for (let after = fromSize; ; ) {
    const some = await keptNotes(bucket, after, LIST_LIMIT);
    notes.push(...some.filter(({ size }) => size <= toSize));
    const last = some.at(-1)?.size;
    if (some.length < LIST_LIMIT || last === undefined || last >= toSize) return notes;
    after = last;
  }
}
