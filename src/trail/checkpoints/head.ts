import type { Ctx } from '../../env.ts';
import { toBase64 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuditCheckpoint } from '../../wire/audit.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { treeFinding } from '../findings/report.ts';
import type { TrustedKey } from '../keys/keys.ts';
import { equalHashes } from '../tree/hashes.ts';
import { rootOf } from '../tree/merkle.ts';
import { TiledTree, type TileSource, TreeDamage } from '../tree/tiles.ts';
import {
  checkpointStatement,
  keepNote,
  keptSizes,
  newestCheckpoints,
  readHead,
  replaceHead,
  type StoredHead,
} from './checkpoint-store.ts';
import { type ParsedNote, parseNote, signedNote, signerOf, type TreeHead } from './note.ts';
import { isCopyOf, type OtherCopies, otherCopies } from './signed.ts';

/** The newest checkpoint as database and bucket have it. */
export interface KnownHeads {
  stored: StoredHead | null;
  /** Be it signed or forged. */
  last: AuditCheckpoint | null;
}

/** The database first: whoever signs meanwhile writes it last, so that it never seems to be ahead of the bucket. */
export async function knownHeads({ env: { DB, STORE } }: Ctx): Promise<KnownHeads> {
  const [last = null] = await newestCheckpoints(DB, 1);
  return { last, stored: await readHead(STORE) };
}

/** What was signed last, and the tree that it is of. */
export interface TrustedHead {
  stored: StoredHead;
  head: ParsedNote;
  tree: TiledTree;
  /** Of rows of the database that no key of ours signed: they count for nothing. */
  forged: NewFinding[];
}

/**
 * The newest checkpoint, after its signature, the tiles below it and what database and bucket remember of it have been held against each other; null before the
 * first one. What the bucket has is the trail; a row of the database can only speak against it, and only where a key of ours signed it. What does not agree is a finding: nothing is signed on top of it. Also makes up for what a death behind the last signature left undone. Where
 * nothing is to be signed, `isQuiet`, the copies that the bucket keeps are not looked at: that costs what a write does.
 */
export async function trustedHead(
  ctx: Ctx,
  keys: readonly TrustedKey[],
  tiles: TileSource,
  { stored, last, isQuiet }: KnownHeads & { isQuiet: boolean },
): Promise<Result<TrustedHead | null, NewFinding>> {
  const { DB, STORE } = ctx.env;
  if (stored === null) {
    const [kept] = await keptSizes(STORE, 0, 1);
    if (last === null && kept === undefined) return ok(null);
    return err(treeFinding('tree', 'The newest checkpoint is gone from the bucket, and older ones are known.'));
  }
  const head = parseNote(stored.note);
  const signer = head && signerOf(head, keys);
  if (head === null || signer === null) {
    return err(
      treeFinding('signature', 'The newest checkpoint in the bucket is not signed by a key of this deployment.'),
    );
  }
  const isCopied = last !== null && isCopyOf(last, head.size, stored.note);
  const isBehind = last === null || last.size < head.size || isCopied;
  const others: OtherCopies = isBehind ? NO_OTHERS : await otherCopies(ctx, head, stored.note, keys);
  const kept = isQuiet ? null : await remembered(ctx, head, stored);
  const doubt = others.doubt ?? kept ?? (await rooted(head, tiles));
  if (doubt !== null) return err(treeFinding('tree', doubt));
  if (!isCopied) {
    await DB.batch([checkpointStatement(DB, checkpointOf(head, stored.note, signer.kid, ctx.nowMs))]);
  }
  return ok({ stored, head, tree: new TiledTree(head.size, tiles), forged: others.forged });
}

const NO_OTHERS: OtherCopies = { doubt: null, forged: [] };

/** What speaks against the head in what the bucket keeps; null for nothing. */
async function remembered({ env: { STORE } }: Ctx, head: ParsedNote, stored: StoredHead): Promise<string | null> {
  const [later] = await keptSizes(STORE, head.size, 1);
  if (later !== undefined) {
    return `The bucket keeps a checkpoint of size ${later}, and its newest is of size ${head.size}.`;
  }
  return (await keepNote(STORE, head.size, stored.note))
    ? null
    : `The bucket keeps another checkpoint of size ${head.size} than its newest.`;
}

async function rooted(head: ParsedNote, tiles: TileSource): Promise<string | null> {
  try {
    const root = await rootOf(head.size, new TiledTree(head.size, tiles).subtrees);
    return equalHashes(root, head.root) ? null : `The tiles do not lead to the checkpoint of size ${head.size}.`;
  } catch (cause) {
    if (cause instanceof TreeDamage) return `The tree of size ${head.size} is damaged: ${cause.message}.`;
    throw cause;
  }
}

/** Signs and keeps what the trail is now. Null where somebody else was first: then nothing was signed that anybody can see. */
export async function publish(ctx: Ctx, next: TreeHead, before: StoredHead | null): Promise<AuditCheckpoint | null> {
  const { DB, STORE } = ctx.env;
  const note = signedNote(ctx.config, next);
  if (!(await replaceHead(STORE, note, before))) return null;
  // From here on it counts; a death leaves the rest to trustedHead of the next run.
  await keepNote(STORE, next.size, note);
  const checkpoint = checkpointOf(next, note, ctx.config.dataSecrets[0].kid, ctx.nowMs);
  await DB.batch([checkpointStatement(DB, checkpoint)]);
  return checkpoint;
}

function checkpointOf({ size, root }: TreeHead, note: string, kid: string, signedAtMs: number): AuditCheckpoint {
  return { size, rootHash: toBase64(root), signedAtMs, kid, note };
}
