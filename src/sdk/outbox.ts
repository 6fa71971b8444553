import { attempt } from './attempt.ts';
import { lose } from './lost.ts';

/** The server knows the ids of batches for 24 h. What is older could be stored twice, and is given up. */
const MAX_AGE_MS = 23 * 3_600_000;
/** Characters of all that waits: of the 5 MB that browsers give an origin, the page needs the most. */
const MAX_CHARS = 300_000;

export interface Batch {
  _createdMs: number;
  _records: number;
  /** The beacon as JSON, without `sentAt`, which is of each try. It has the id, which is kept, so that a repeat is stored once. */
  _body: string;
  /** On its way. */
  _isSending?: boolean;
}

/** Batches that the server has not answered for, by id. */
export const waiting = new Map<string, Batch>();

let store: Storage | null;
/** Of one key: pages of an origin may belong to several projects. */
let prefix: string;

/**
 * Takes over what pages before this one have left. `ownStore` is null: there is only memory. Two tabs may both send what a third has left: its id makes
 * it once.
 */
export const openOutbox = (ownStore: Storage | null, keyId: string): void => {
  store = ownStore;
  prefix = `${keyId}:`;
  waiting.clear();
  for (const key of Object.keys(store ?? {})) {
    if (!key.startsWith(prefix)) continue;
    const left = attempt(() => JSON.parse(store?.getItem(key) ?? ''));
    // What is not as we write it would never be sent.
    if (left) waiting.set(key.slice(prefix.length), { _createdMs: left[0], _records: left[1], _body: left[2] });
    else store?.removeItem(key);
  }
};

/** Written down before it is sent, so that it outlives the page; under a key of its own, so that tabs do not overwrite each other. */
export const keep = (id: string, batch: Batch): void => {
  waiting.set(id, batch);
  // Full or forbidden: it is still sent while the page lives.
  attempt(() => store?.setItem(prefix + id, JSON.stringify([batch._createdMs, batch._records, batch._body])));
};

export const forget = (id: string): void => {
  waiting.delete(id);
  store?.removeItem(prefix + id);
};

/** Gives up what is too old, and of what is too much the oldest. */
export const trim = (nowMs: number): void => {
  let chars = 0;
  for (const [id, { _createdMs, _records, _body }] of [...waiting].reverse()) {
    chars += _body.length;
    const isOld = nowMs - _createdMs > MAX_AGE_MS;
    if (isOld || chars > MAX_CHARS) {
      forget(id);
      lose(isOld ? 'age' : 'queue', _records);
    }
  }
};
