import type { BeaconCommon, BeaconRecord } from '../wire/beacon.ts';
import { attempt } from './attempt.ts';
import { addToBatch, takeBatch } from './batcher.ts';
import { lose, takeLost } from './lost.ts';
import type { InitOptions } from './options.ts';
import { keep, openOutbox } from './outbox.ts';
import { guarded } from './page.ts';
import { isSampled, sessionAt, storedSession } from './session.ts';
import { uuid } from './text.ts';
import { pump } from './transport.ts';

declare const __SDK_VERSION__: string;

/** How long a record may wait for others. */
const GATHER_MS = 5_000;
const SESSION_KEY = 'bw:session';

/** Null: nothing is collected. */
export let options: InitOptions | null = null;
let perTab: Storage | null;
let session: string | null;
let userId: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

export const openRecorder = (own: InitOptions): void => {
  options = own;
  userId = undefined;
  // A browser may forbid both: then a page remembers nothing after it has gone.
  const isKept = own.storage !== false;
  perTab = isKept ? attempt(() => sessionStorage) : null;
  session = perTab?.getItem(SESSION_KEY) ?? null;
  openOutbox(isKept ? attempt(() => localStorage) : null, own.key.split('.')[0] as string);
};

const sessionId = (): string => {
  const nowMs = Date.now();
  const id = sessionAt(session, nowMs, uuid);
  session = storedSession(id, nowMs);
  attempt(() => perTab?.setItem(SESSION_KEY, session as string));
  return id;
};

export const closeRecorder = (): void => {
  seal();
  options = null;
};

export const pageOf = (address: string): string => {
  const url = new URL(address);
  return options?.page?.(url) ?? url.pathname;
};

/** `page` is what the record is about, where the address has changed since. */
export const record = guarded((made: Omit<BeaconRecord, 'ts'>, page?: string): void => {
  if (!options || !isSampled(sessionId(), options.sampleRate)) return;
  const { beforeSend } = options;
  const attrs = { ...made.attrs, labels: { page: page ?? pageOf(location.href), ...(made.attrs?.labels as object) } };
  const whole = { ts: Date.now(), ...made, attrs };
  const kept = beforeSend ? beforeSend(whole) : whole;
  if (!kept) return;
  if (!addToBatch(JSON.stringify(kept), seal)) lose('size');
  timer ??= setTimeout(flush, GATHER_MS);
});

/** Closes the batch that is open: from here on it is kept until it is answered for. */
export const seal = (): void => {
  const records = takeBatch();
  clearTimeout(timer);
  timer = undefined;
  if (!options || !records[0]) return;
  const { service = location.hostname, release, sampleRate, labels } = options;
  const connection = (navigator as { connection?: { effectiveType?: string } }).connection?.effectiveType;
  // JSON leaves out what is undefined.
  const common: { [K in keyof BeaconCommon]: BeaconCommon[K] | undefined } = {
    service,
    sessionId: sessionId(),
    userId,
    sampleRate,
    labels: { ...labels, release, connection } as Record<string, string>,
    url: location.origin + location.pathname,
    sdk: __SDK_VERSION__,
  };
  const id = uuid();
  const head = JSON.stringify({ id, common, lost: takeLost() });
  keep(id, { _createdMs: Date.now(), _records: records.length, _body: `${head.slice(0, -1)},"records":[${records}]}` });
};

export const flush = (): void => {
  seal();
  pump();
};

/** Who the visitor is from now on. */
export const identify = (id: string | null): void => {
  seal(); // what came before is nobody's, or somebody else's
  userId = id ?? undefined;
};
