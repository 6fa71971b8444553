import type { Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import { countFailedRead } from './archived/place-store.ts';

/** A block that its index row names and that is not there, or not what it says. Reading again does not help: whoever answers must say so. */
export class BlockUnreadable extends Error {
  override readonly name = 'BlockUnreadable';
  /** Null where the database should have it. */
  readonly archiveId: string | null;
  /** When its records are from, both ends inclusive. */
  readonly minTs: number;
  readonly maxTs: number;

  constructor(
    block: { id: string; archiveId: string | null; minTs: number; maxTs: number },
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`block ${block.id} cannot be read: ${reason}`, options);
    this.archiveId = block.archiveId;
    this.minTs = block.minTs;
    this.maxTs = block.maxTs;
  }
}

/** Logs it, and counts it at its archive, where an administrator sees it (docs/archive.md). Never throws: the failure itself is what is to be told. */
export async function noteUnreadable(
  { env, requestId }: Pick<Ctx, 'env' | 'requestId'>,
  fault: BlockUnreadable,
): Promise<void> {
  const { archiveId, message } = fault;
  log('error', 'block_unreadable', { requestId, archiveId, cause: message });
  if (archiveId === null) return;
  try {
    await countFailedRead(env.DB, archiveId);
  } catch (cause) {
    log('error', 'block_unreadable_uncounted', { requestId, archiveId, cause: String(cause) });
  }
}
