export {
  type BlockIndex,
  blockId,
  compactedBlockId,
  MAX_BLOCK_RAW_BYTES,
  MAX_BLOCK_RECORDS,
  MAX_PACKED_BYTES,
  type SealedBlock,
  type SeqRange,
} from './block.ts';
export { buildFilter, mayContain } from './filter.ts';
export { deflatePiece, gunzip, inflatePiece, joinedBytes, joinPieces, type Piece } from './gzip.ts';
export { lineId, lineTs } from './line.ts';
export { addLineTokens, addRecordTokens, addValueTokens } from './record-tokens.ts';
export { listBlocks, listBlocksFromSeq, readFilters, readPayloads, storeCompacted, storeSealed } from './store.ts';
export { OTHER, type Summary, SummaryBuilder } from './summary.ts';
export { addTokens, isWordUnit, TokenSet, tokenHash, wordsOf } from './token.ts';
