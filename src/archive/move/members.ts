import { createHash } from 'node:crypto';
import { type Member, readStored, stillHot } from '../../blocks/index.ts';
import { toHex } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/hash.ts';

/** Packed, of payloads that are in memory as text at once; D1 answers in one piece. */
const MAX_READ_BYTES = 6 * 1024 * 1024;

export interface LoadedMembers {
  /** Those that are what their index rows say, one after another. */
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
  members: Member[];
  /** Those that are in the database still and are not what their index rows say. */
  damaged: Member[];
}

/** The payloads of blocks as one object. What was compacted, erased or archived since it was listed is left out. */
export async function loadMembers(db: D1Database, wanted: readonly Member[]): Promise<LoadedMembers> {
  const object = Buffer.alloc(wanted.reduce((sum, { packedBytes }) => sum + packedBytes, 0));
  const members: Member[] = [];
  const missing: Member[] = [];
  let at = 0;
  for (const chunk of inChunks(wanted)) {
    const payloads = await readStored(
      db,
      chunk.map(({ id }) => id),
    );
    for (const member of chunk) {
      const end = at + member.packedBytes;
      const text = payloads.get(member.id) ?? '';
      const isWhole = object.write(text, at, 'base64') === member.packedBytes && text.length <= base64Chars(member);
      if (isWhole && sha256Hex(object.subarray(at, end)) === member.sha256) {
        members.push(member);
        at = end;
      } else {
        missing.push(member);
      }
    }
  }
  const hot = missing.length === 0 ? null : await stillHot(db, missing);
  const bytes = new Uint8Array(object.buffer, object.byteOffset, at);
  return {
    ...{ bytes, members, damaged: missing.filter(({ id }) => hot?.has(id)) },
    sha256: toHex(createHash('sha256').update(bytes).digest()),
  };
}

/** A longer text holds more than the index row says, of which only the beginning fits. */
function base64Chars({ packedBytes }: Member): number {
  return Math.ceil(packedBytes / 3) * 4;
}

function inChunks(members: readonly Member[]): Member[][] {
  const chunks: Member[][] = [];
  let bytes = MAX_READ_BYTES;
  for (const member of members) {
    if (bytes + member.packedBytes > MAX_READ_BYTES) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(member);
    bytes += member.packedBytes;
  }
  return chunks;
}
