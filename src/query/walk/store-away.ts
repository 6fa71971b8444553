import { BlockUnreadable } from '../../blocks/index.ts';

/** A journal, the database or the bucket did not answer. Thrown through the walk; the verbs turn it into an error value. */
export class StoreAway extends Error {}

/** The answer of a store; whatever it fails with becomes StoreAway, with its cause, but for what no repeat would bring. */
export async function storeAnswer<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof BlockUnreadable) throw cause;
    throw new StoreAway(`a store did not answer: ${String(cause)}`, { cause });
  }
}
