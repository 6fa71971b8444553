import type { Config } from '../../env.ts';
import { fromBase64, toBase64, utf8 } from '../../shared/bytes.ts';
import { publicKeys, sign, verifySignature } from '../../shared/signing.ts';
import { CompactRange } from '../tree/merkle.ts';
import type { VerificationRow } from './verification-store.ts';

export interface Progress {
  startedAtMs: number;
  toSize: number;
  /** Of the entries that were looked at. */
  range: CompactRange;
  verifiedAtMs: number | null;
}

export const isRunning = ({ toSize, range }: Progress): boolean => range.size < toSize;

/** Signed: whoever can only write to the database cannot say that entries were looked at that were not. */
export function packed(config: Config, { startedAtMs, toSize, range, verifiedAtMs }: Progress): VerificationRow {
  const roots = JSON.stringify(range.roots.map(toBase64));
  const row = { startedAtMs, toSize, doneSize: range.size, range: roots, verifiedAtMs };
  const { kid, signature } = sign(config, textOf(row));
  return { ...row, kid, signature: toBase64(signature) };
}

/** Null for what this program has not written so. */
export function unpacked(config: Config, row: VerificationRow): Progress | null {
  const own = publicKeys(config).find(({ kid }) => kid === row.kid);
  if (own === undefined || !verifySignature(own.publicKey, textOf(row), fromBase64(row.signature))) return null;
  const range = CompactRange.of(row.doneSize, (JSON.parse(row.range) as string[]).map(fromBase64));
  return range && { startedAtMs: row.startedAtMs, toSize: row.toSize, range, verifiedAtMs: row.verifiedAtMs };
}

/** Written by somebody else in the name of a key that is set. One of a pair that was dropped is only begun again. */
export function isForged(config: Config, row: VerificationRow): boolean {
  return publicKeys(config).some(({ kid }) => kid === row.kid) && unpacked(config, row) === null;
}

function textOf(row: Omit<VerificationRow, 'kid' | 'signature'>): Uint8Array {
  const { startedAtMs, toSize, doneSize, range, verifiedAtMs } = row;
  return utf8(
    `breakwater audit verification v1\n${JSON.stringify([startedAtMs, toSize, doneSize, range, verifiedAtMs])}\n`,
  );
}
