import type { BeaconCommon, BeaconRecord } from '../wire/beacon.ts';
import { attempt } from './attempt.ts';
import { addToBatch, takeBatch } from './batcher.ts';
import { lose, lost, takeLost } from './lost.ts';
import type { InitOptions } from './options.ts';
import { keep, openOutbox } from './outbox.ts';
import { guarded } from './page.ts';
import { isSampled, sessionAt, storedSession } from './session.ts';
import { uuid } from './text.ts';
import { pump } from './transport.ts';

declare const __SDK_VERSION__: string;

/** How long a record may wait for others. */
const GATHER_MS = 5_000;
const SESSION_KEY = 'bw:';

/** Null: nothing is collected. */
export let options: InitOptions | null = null;
let perTab: Storage | null;
let session: string | null | undefined;
let userId: string | undefined;
let timer: ReturnType<typeof setTimeout> | 0;

export const openRecorder = (own: InitOptions): void => {
  userId = undefined;
  // A browser may forbid both: then a page remembers nothing after it has gone.
  const isKept = own.storage !== false;
  perTab = isKept ? attempt(() => sessionStorage) : null;
  session = perTab?.getItem(SESSION_KEY);
  openOutbox(isKept && attempt(() => localStorage), own.key.split('.')[0] as string);
  // Last: where this throws, the page may begin again, with what is right.
  options = own;
};

const sessionId = (): string => {
  const nowMs = Date.now();
  const id = sessionAt(session, nowMs, uuid);
  session = storedSession(id, nowMs);
  attempt(() => (perTab as Storage).setItem(SESSION_KEY, session as string));
  return id;
};

export const closeRecorder = (): void => {
  seal();
  options = null;
};

export const pageOf = (address: string): string => {
  const url = new URL(address);
  // Where there is no such option, or it throws, its path.
  return attempt(() => (options as Required<InitOptions>).page(url)) ?? url.pathname;
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
  timer ||= setTimeout(flush, GATHER_MS);
});

/** Closes the batch that is open: from here on it is kept until it is answered for. */
export const seal = (): void => {
  const records = takeBatch();
  clearTimeout(timer);
  timer = 0;
  if (!options || !records[0]) return;
  try {
    const { service = location.hostname, release, sampleRate, labels } = options;
    const { connection } = navigator as { connection?: { effectiveType?: string } };
    // JSON leaves out what is undefined.
    const common: { [K in keyof BeaconCommon]: BeaconCommon[K] | undefined } = {
      service,
      sessionId: sessionId(),
      userId,
      sampleRate,
      labels: { ...labels, release, connection: connection?.effectiveType } as Record<string, string>,
      url: location.origin + location.pathname,
      sdk: __SDK_VERSION__,
    };
    const id = uuid();
    const head = JSON.stringify({ id, common, lost, records: [] });
    takeLost(); // once it is written
    const body = `${head.slice(0, -2)}${records}]}`;
    keep(id, [Date.now(), records.length, body]);
  } catch {
    lose('internal', records.length); // the page gave a label or a user that is no JSON
  }
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
