export {
  adoptMembersStatement,
  type KnownBlock,
  listKnownHot,
  listKnownOf,
  unarchiveStatement,
} from './archived/adopt-store.ts';
export { type HotBlock, listDue, readDue, readHot } from './archived/due-store.ts';
export {
  type ArchivedBlock,
  coolStatements,
  forgetMembersStatements,
  keepHotStatement,
  listCold,
  listMembers,
  listToCool,
  type Member,
  readStored,
  restoreStatements,
  stillHot,
  switchStatement,
} from './archived/place-store.ts';
export { moveMembersStatement, rewriteStatements } from './archived/replace-store.ts';
export {
  type BlockIndex,
  blockId,
  MAX_BLOCK_RAW_BYTES,
  MAX_BLOCK_RECORDS,
  MAX_PACKED_BYTES,
  type SealedBlock,
  type SeqRange,
} from './block.ts';
export { compactBlocks } from './compact.ts';
export { eraseLines, indexAgain } from './erased/erase-lines.ts';
export {
  listByIds,
  listInSequence,
  listOfArchive,
  listStreamEnds,
  type SequenceBlock,
  storeErased,
} from './erased/erased-store.ts';
export { buildFilter, mayContain } from './filter.ts';
export { readFilters, readHolding, type TokenGroups } from './filter-store.ts';
export { deflatePiece, gunzip, inflatePiece, joinedBytes, joinPieces, type Piece, splitMembers } from './gzip.ts';
export { lineId, lineLevel, lineTs } from './line.ts';
export { joinMembers } from './member-ranges.ts';
export { type CallMeter, inflatePacked, type Packed, readPacked, readPayloads } from './payload-store.ts';
export {
  type BlockHead,
  type HeadPage,
  type HeadRequest,
  listHeads,
  listSealedFrom,
  readSummaries,
  type SealedHead,
} from './read-store.ts';
export { addLineTokens, addRecordTokens } from './record-tokens.ts';
export { listBlocks, listBlocksFromSeq, storeSealed } from './store.ts';
export { OTHER, type Summary, SummaryBuilder } from './summary.ts';
export { sweepBlocks } from './sweep-blocks.ts';
export { addTokens, isWordUnit, TokenSet, tokenHash, wordsOf } from './token.ts';
export { BlockUnreadable, noteUnreadable } from './unreadable.ts';
