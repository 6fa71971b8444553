import { Person } from '../../src/compliance/index.ts';
import { type FraudErased, type FraudErasure, NOTHING_ERASED } from '../../src/fraud/erasure.ts';
import { normaliseReference } from '../../src/fraud/identity.ts';
import type { PersonIdentity } from '../../src/wire/compliance.ts';
import { REFERENCE_TYPES } from '../../src/wire/fraud.ts';
import { EraseStore } from './erase-store.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { Stores } from './recorder.ts';

interface Port {
  stores: Pick<Stores, 'key' | 'cookies'>;
  outbox: Pick<Outbox, 'isLive' | 'settle' | 'flush'>;
  rows: Pick<OutboxStore, 'pending'>;
  storage: DurableObjectStorage;
  nowMs(): number;
}

/** Erases a person from the object: in bounded calls, each a transaction, each to be repeated without harm. */
export async function erasePerson(port: Port, erasure: FraudErasure): Promise<FraudErased> {
  const store = new EraseStore(port.storage.sql);
  switch (erasure.kind) {
    case 'find': {
      const { events, nextSeq } = store.scan(erasure.identity, erasure.beganAtMs, erasure.afterSeq);
      const person = new Person(erasure.identity);
      const ids = events.filter(({ value }) => person.isNamedIn(value)).map(({ id }) => id);
      return { ...NOTHING_ERASED, ids, nextSeq };
    }
    case 'events':
      return port.storage.transactionSync(() => {
        port.outbox.settle();
        const found = store.seqsOf(erasure.ids);
        // What is being sent is written there by the name of its group: it is waited for.
        const free = found.filter(({ batch }) => batch === null || !port.outbox.isLive(batch));
        const counts = store.deleteEvents(free.map(({ seq }) => seq));
        return { ...NOTHING_ERASED, counts, left: found.length - free.length };
      });
    case 'profile':
      return port.storage.transactionSync(() => {
        const { identity } = erasure;
        const counts = store.deleteProfile(identity, store.ownDevices(identity.userIds), referencesOf(port, identity));
        port.stores.cookies.recount();
        return { ...NOTHING_ERASED, counts };
      });
    case 'flush': {
      await port.outbox.flush(port.nowMs());
      port.storage.transactionSync(() => port.outbox.settle());
      return { ...NOTHING_ERASED, left: port.rows.pending().pending };
    }
  }
}

/** An identifier is known here by its keyed hash, as whatever it may be. */
function referencesOf({ stores }: Port, { identifiers }: PersonIdentity): string[] {
  return identifiers.flatMap((text) =>
    REFERENCE_TYPES.flatMap((type) => {
      const normal = normaliseReference(type, text);
      return normal === null ? [] : [stores.key.referenceOf(type, normal)];
    }),
  );
}
