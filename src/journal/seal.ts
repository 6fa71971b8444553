import { createHash } from 'node:crypto';
import {
  addLineTokens,
  type BlockIndex,
  blockId,
  buildFilter,
  deflatePiece,
  joinedBytes,
  joinPieces,
  MAX_PACKED_BYTES,
  type Piece,
  type SealedBlock,
  SummaryBuilder,
  TokenSet,
} from '../blocks/index.ts';
import { toHex } from '../shared/bytes.ts';
import type { PlacedPart } from './types.ts';

/**
 * Builds the block of the first parts that fit into a D1 row; says how many it took. Pure: equal parts give equal bytes.
 * Raw parts that follow each other are packed as one piece, so that the small batches of sockets share a dictionary.
 */
export function buildBlock(
  projectId: string,
  shard: number,
  parts: readonly PlacedPart[],
  sealedAtMs: number,
): { block: SealedBlock; taken: number } {
  let taken = parts.length;
  let pieces = packRuns(parts);
  while (joinedBytes(pieces) > MAX_PACKED_BYTES && taken > 1) {
    taken = Math.max(1, Math.floor(taken / 2));
    pieces = packRuns(parts.slice(0, taken));
  }
  const used = parts.slice(0, taken);
  const first = used[0] as PlacedPart;
  const tokens = new TokenSet();
  const summary = new SummaryBuilder();
  let rawBytes = 0;
  for (const part of used) {
    summary.merge(part.summary);
    rawBytes += part.rawBytes;
    if (part.tokens) tokens.addBytes(part.tokens);
    else
      addLineTokens(tokens, Buffer.from(part.data.buffer, part.data.byteOffset, part.data.byteLength).toString('utf8'));
  }
  const gzip = joinPieces(pieces);
  const last = used[used.length - 1] as PlacedPart;
  const range = {
    shard,
    stream: first.stream,
    firstSeq: first.firstSeq,
    lastSeq: last.firstSeq + last.summary.records - 1,
  };
  const index: BlockIndex = {
    ...range,
    id: blockId(projectId, range),
    projectId,
    summary: summary.build(),
    rawBytes,
    packedBytes: gzip.byteLength,
    sha256: toHex(createHash('sha256').update(gzip).digest()),
    sealedAtMs,
  };
  return { block: { index, gzip, filter: buildFilter(tokens) }, taken };
}

function packRuns(parts: readonly PlacedPart[]): Piece[] {
  const pieces: Piece[] = [];
  let run: Uint8Array[] = [];
  const closeRun = (): void => {
    if (run.length === 0) return;
    pieces.push(deflatePiece(run.length === 1 ? (run[0] as Uint8Array) : Buffer.concat(run)));
    run = [];
  };
  for (const part of parts) {
    if (part.codec === 'raw') {
      run.push(part.data);
    } else {
      closeRun();
      pieces.push({ deflated: part.data, rawBytes: part.rawBytes, crc32: part.crc32 });
    }
  }
  closeRun();
  return pieces;
}
