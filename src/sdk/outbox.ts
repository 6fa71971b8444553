import { attempt } from './attempt.ts';
import { lose } from './lost.ts';

/** The server knows the ids of batches for 24 h. What is older could be stored twice, and is given up. */
const MAX_AGE_MS = 23 * 3_600_000;
/** Characters of all that waits: of the 5 MB that browsers give an origin, the page needs the most. */
const MAX_CHARS = 300_000;

/**
 * As it is written down, so that it need not be made into anything else. `body` is the beacon as JSON, without `sentAt`, which is of each try. It has the
 * id, which is kept, so that a repeat is stored once. Whether it is on its way is of this page alone.
 */
export type Batch = [createdMs: number, records: number, body: string, isSending?: boolean];

/** Batches that the server has not answered for, by id. */
export const waiting = new Map<string, Batch>();

let store: Storage | null | false;
/** Of one key: pages of an origin may belong to several projects. */
let prefix: string;

/**
 * Takes over what pages before this one have left. No `ownStore`: there is only memory. Two tabs may both send what a third has left: its id makes
 * it once.
 */
export const openOutbox = (ownStore: Storage | null | false, keyId: string): void => {
  store = ownStore;
  prefix = `${keyId}:`;
  for (const key of attempt(() => Object.keys(store as Storage)) ?? []) {
    if (!key.startsWith(prefix)) continue;
    const id = key.slice(prefix.length);
    const left = attempt(() => JSON.parse((store as Storage)[key]));
    // What is not as we write it would never be sent.
    if (left?.[2]) waiting.set(id, left);
    else forget(id);
  }
};

/** Written down before it is sent, so that it outlives the page; under a key of its own, so that tabs do not overwrite each other. */
export const keep = (id: string, batch: Batch): void => {
  waiting.set(id, batch);
  // Full or forbidden: it is still sent while the page lives.
  attempt(() => (store as Storage).setItem(prefix + id, JSON.stringify(batch)));
};

export const forget = (id: string): void => {
  waiting.delete(id);
  attempt(() => (store as Storage).removeItem(prefix + id));
};

/** Gives up what is too old, and of what is too much the oldest. */
export const trim = (nowMs: number): void => {
  let chars = 0;
  for (const [id, [createdMs, records, body]] of [...waiting].reverse()) {
    chars += body.length;
    const isOld = nowMs - createdMs > MAX_AGE_MS;
    if (isOld || chars > MAX_CHARS) {
      forget(id);
      lose(isOld ? 'age' : 'queue', records);
    }
  }
};
