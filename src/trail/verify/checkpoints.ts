import type { Ctx } from '../../env.ts';
import { toBase64 } from '../../shared/bytes.ts';
import type { AuditCheckpoint } from '../../wire/audit.ts';
import { checkpointStatement, keepNote, keptSizes, noteOf } from '../checkpoints/checkpoint-store.ts';
import { parseNote, signerOf } from '../checkpoints/note.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { treeFinding } from '../findings/report.ts';
import type { TrustedKey } from '../keys/keys.ts';

const LIST_LIMIT = 1_000;

/** What is wrong with a checkpoint, given the root of as many entries; null for nothing. That all lead to one tree is that they are consistent. */
export function checkCheckpoint(
  checkpoint: AuditCheckpoint,
  root: Uint8Array,
  keys: readonly TrustedKey[],
): NewFinding | null {
  const { size } = checkpoint;
  const note = parseNote(checkpoint.note);
  if (note === null || signerOf(note, keys) === null) {
    return treeFinding('signature', `The checkpoint of size ${size} is not signed by a key of this deployment.`);
  }
  if (note.size !== size || toBase64(note.root) !== checkpoint.rootHash) {
    return treeFinding('tree', `The checkpoint that the database has of size ${size} is not what its note says.`);
  }
  const leads = toBase64(root) === checkpoint.rootHash;
  return leads
    ? null
    : treeFinding('tree', `The entries as they were sealed do not lead to the checkpoint of size ${size}.`);
}

/**
 * Holds the checkpoints that bucket and database have above `fromSize`, up to `toSize`, against each other. What one of them lacks it is given back where it is
 * signed, and it is told: neither loses one by itself but by being put back.
 */
export async function matchCheckpoints(
  ctx: Ctx,
  known: readonly AuditCheckpoint[],
  range: { fromSize: number; toSize: number },
  keys: readonly TrustedKey[],
): Promise<NewFinding[]> {
  const kept = new Set(await sizesIn(ctx.env.STORE, range));
  const stored = new Set(known.map(({ size }) => size));
  const findings: NewFinding[] = [];
  for (const { size, note } of known.filter((checkpoint) => !kept.has(checkpoint.size))) {
    findings.push(treeFinding('tree', `The checkpoint of size ${size} was gone from the bucket.`));
    const parsed = parseNote(note);
    if (parsed !== null && parsed.size === size && signerOf(parsed, keys) !== null) {
      await keepNote(ctx.env.STORE, size, note);
    }
  }
  for (const size of [...kept].filter((one) => !stored.has(one))) findings.push(...(await adopt(ctx, size, keys)));
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

async function sizesIn(
  bucket: R2Bucket,
  { fromSize, toSize }: { fromSize: number; toSize: number },
): Promise<number[]> {
  const sizes: number[] = [];
  for (let after = fromSize; ; ) {
    const some = await keptSizes(bucket, after, LIST_LIMIT);
    sizes.push(...some.filter((size) => size <= toSize));
    const last = some.at(-1);
    if (some.length < LIST_LIMIT || last === undefined || last >= toSize) return sizes;
    after = last;
  }
}
