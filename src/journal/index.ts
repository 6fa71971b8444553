export { allShards, journalControl, journalFor, shardOf } from './client.ts';
export { partText } from './part-text.ts';
export { buildBlock } from './seal.ts';
export {
  admission,
  MAX_ROOM_WAIT_MS,
  type PendingTotals,
  pauseAfterBlockMs,
  planBlock,
  retryAfterSeconds,
  sealDueAtMs,
  sealRetryAtMs,
} from './seal-policy.ts';
export {
  type AppendOutcome,
  type AppendRequest,
  type Dedupe,
  type JournalStatus,
  type LedgerCause,
  type LedgerCounts,
  type LedgerDetail,
  type LedgerMinute,
  type LedgerRequest,
  type LedgerRow,
  type LedgerSource,
  type ListenerName,
  MAX_PART_RECORDS,
  type Part,
  type PlacedPart,
  type Publication,
  type StreamHead,
  type TailPage,
  type TailRequest,
  type Wanted,
} from './types.ts';
