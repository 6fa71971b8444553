import { createHash } from 'node:crypto';
import { toHex, utf8 } from '../../shared/bytes.ts';
import type { LogRecord } from '../../wire/record.ts';
import type { BlockIndex, SealedBlock } from '../block.ts';
import { buildFilter } from '../filter.ts';
import { deflatePiece, joinPieces } from '../gzip.ts';
import { addRecordTokens } from '../record-tokens.ts';
import { SummaryBuilder } from '../summary.ts';
import { TokenSet } from '../token.ts';

/**
 * The block with empty lines in place of some of its records, so that line n stays sequence firstSeq + n (ADR 0028). Other lines keep their bytes; summary,
 * filter and hash are of what is left. `erased`: lines counted from 0.
 */
export function eraseLines(index: BlockIndex, ndjson: string, erased: ReadonlySet<number>): SealedBlock {
  const left = ndjson
    .split('\n')
    .map((line, n) => (erased.has(n) ? '' : line))
    .join('\n');
  return indexAgain(index, left, joinPieces([deflatePiece(utf8(left))]));
}

/** The block with other content: `gzip`, in which there is `ndjson`. Its range stays. */
export function indexAgain(index: BlockIndex, ndjson: string, gzip: Uint8Array): SealedBlock {
  const tokens = new TokenSet();
  const summary = new SummaryBuilder(index.summary);
  for (const line of ndjson.split('\n')) {
    if (line === '') continue;
    const record = JSON.parse(line) as LogRecord;
    summary.add(record.ts, record.level, record.service);
    addRecordTokens(tokens, record);
  }
  return {
    index: {
      ...index,
      summary: summary.build(),
      rawBytes: Buffer.byteLength(ndjson),
      packedBytes: gzip.byteLength,
      sha256: toHex(createHash('sha256').update(gzip).digest()),
    },
    gzip,
    filter: buildFilter(tokens),
  };
}
