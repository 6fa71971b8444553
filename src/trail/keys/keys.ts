import { auditedBatch } from '../../audit/index.ts';
import type { Config, Ctx } from '../../env.ts';
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts';
import { publicKeys, sign, verifySignature } from '../../shared/signing.ts';
import { keyObject, keyObjectKids, keyRows, putKeyObject, putKeyStatement } from './key-store.ts';

export interface SigningKeyRow {
  kid: string;
  /** Base64. */
  publicKey: string;
  sinceMs: number;
  endorsedBy: string;
  /** Base64. */
  endorsement: string;
}

export interface TrustedKey {
  kid: string;
  publicKey: Uint8Array;
  sinceMs: number;
}

/** A kid was given to a second secret: what the first one signed would verify no more. */
export class KidReused extends Error {
  override readonly name = 'KidReused';
  constructor(kid: string) {
    super(`the kid ${kid} of DATA_SECRETS is that of another key by now; give the new secret a kid of its own`);
  }
}

/**
 * Every public key whose signatures count: those of the pairs that are set, and those that one of them endorsed. Rows of the database that nobody endorsed count
 * for nothing, so that writing to the database makes no signature good.
 */
export async function trustedKeys(ctx: Ctx): Promise<TrustedKey[]> {
  return trustedAmong(ctx, await keyRows(ctx.env.DB));
}

function trustedAmong(ctx: Ctx, rows: readonly SigningKeyRow[]): TrustedKey[] {
  const sinceOf = new Map(rows.map(({ kid, sinceMs }) => [kid, sinceMs]));
  const own = publicKeys(ctx.config).map((key) => ({ ...key, sinceMs: sinceOf.get(key.kid) ?? ctx.nowMs }));
  const dropped = rows.filter((row) => isEndorsed(ctx.config, row) && !own.some(({ kid }) => kid === row.kid));
  return [
    ...own,
    ...dropped.map(({ kid, publicKey, sinceMs }) => ({ kid, publicKey: fromBase64(publicKey), sinceMs })),
  ];
}

/**
 * Keeps the keys that are set, and has the pair that signs now endorse all that are trusted, so that a pair can be dropped after one run beside its successor.
 * Writes nothing where nothing is new; and where nothing is to be signed, `isQuiet`, and the database has all of it, the bucket is not asked.
 */
export async function keepKeys(ctx: Ctx, isQuiet: boolean): Promise<TrustedKey[]> {
  const { DB, STORE } = ctx.env;
  const rows = await keyRows(DB);
  if (isQuiet && isKept(ctx.config, rows)) return trustedAmong(ctx, rows);
  const kids = await keyObjectKids(STORE);
  const stored = new Map(rows.map((row) => [row.kid, row]));
  // The database was put back to before a rotation: the bucket still knows its keys.
  for (const kid of kids.filter((known) => !stored.has(known))) {
    const row = await keyObject(STORE, kid);
    if (row !== null && isEndorsed(ctx.config, row)) stored.set(kid, row);
  }
  const own = publicKeys(ctx.config).map((key): SigningKeyRow => {
    const publicKey = toBase64(key.publicKey);
    const known = stored.get(key.kid);
    if (known !== undefined && known.publicKey !== publicKey) throw new KidReused(key.kid);
    return endorsed(ctx.config, key.kid, publicKey, known?.sinceMs ?? ctx.nowMs);
  });
  const dropped = [...stored.values()]
    .filter((row) => isEndorsed(ctx.config, row) && !own.some(({ kid }) => kid === row.kid))
    .map((row) => endorsed(ctx.config, row.kid, row.publicKey, row.sinceMs));
  const wanted = [...own, ...dropped];
  for (const row of wanted) {
    const [before] = rows.filter(({ kid }) => kid === row.kid);
    if (before?.endorsement === row.endorsement && kids.includes(row.kid)) continue;
    // The object first: a death between leaves the row to be written by the next run.
    await putKeyObject(STORE, row);
    await auditedBatch(ctx, [putKeyStatement(DB, row)]);
  }
  return wanted.map(({ kid, publicKey, sinceMs }) => ({ kid, publicKey: fromBase64(publicKey), sinceMs }));
}

/** Whether the pair that signs now has endorsed all of them, and those that are set are among them. */
function isKept(config: Config, rows: readonly SigningKeyRow[]): boolean {
  const isCurrent = ({ kid, publicKey, sinceMs, endorsement }: SigningKeyRow): boolean =>
    endorsed(config, kid, publicKey, sinceMs).endorsement === endorsement;
  const own = publicKeys(config).every((key) =>
    rows.some(({ kid, publicKey }) => kid === key.kid && publicKey === toBase64(key.publicKey)),
  );
  return own && rows.every(isCurrent);
}

function endorsed(config: Config, kid: string, publicKey: string, sinceMs: number): SigningKeyRow {
  const { kid: endorsedBy, signature } = sign(config, endorsementText(kid, publicKey, sinceMs));
  return { kid, publicKey, sinceMs, endorsedBy, endorsement: toBase64(signature) };
}

/** Whether a pair that is set has signed it. */
function isEndorsed(config: Config, { kid, publicKey, sinceMs, endorsement }: SigningKeyRow): boolean {
  const text = endorsementText(kid, publicKey, sinceMs);
  return publicKeys(config).some((key) => verifySignature(key.publicKey, text, fromBase64(String(endorsement))));
}

/** Begins as no checkpoint and no manifest does. */
function endorsementText(kid: string, publicKey: string, sinceMs: number): Uint8Array {
  return utf8(`breakwater signing key v1\n${kid}\n${publicKey}\n${sinceMs}\n`);
}
