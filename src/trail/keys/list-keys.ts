import type { Ctx } from '../../env.ts';
import { toBase64 } from '../../shared/bytes.ts';
import type { AuditKey } from '../../wire/audit.ts';
import { readHead } from '../checkpoints/checkpoint-store.ts';
import { originOf, parseNote, verifierKey } from '../checkpoints/note.ts';
import { trustedKeys } from './keys.ts';

/** As a verifier of the checkpoints takes them: the key that signs first. */
export async function listKeys(ctx: Ctx): Promise<AuditKey[]> {
  const head = parseNote((await readHead(ctx.env.STORE))?.note ?? '');
  const name = head?.origin ?? originOf(ctx.config);
  return (await trustedKeys(ctx)).map(({ kid, publicKey, sinceMs }) => ({
    kid,
    verifierKey: verifierKey(name, publicKey),
    publicKey: toBase64(publicKey),
    sinceMs,
  }));
}
