import { lose } from './lost.ts';
import { type Batch, forget, trim, waiting } from './outbox.ts';
import { backoffMs, isWorthRetrying, retryAfterMs } from './retry.ts';

/** Less is hardly made smaller, and is one packet in any case. */
const WORTH_PACKING_CHARS = 1_000;
const ANSWER_WITHIN_MS = 30_000;

let url: string;
/** The server does not take this key: all else would be refused too. */
let onRefused: () => void;
let failures = 0;
/** By the server's own words. Both on the clock of the page, which nobody sets: a wait is never longer than a timer can be. */
let askedUntilMs = 0;
let notBeforeMs = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
/** Of the newest try; at its end the next one may begin. */
let begun: Promise<unknown> | undefined;

export const openTransport = (ownUrl: string, refused: () => void): void => {
  url = ownUrl;
  onRefused = refused;
};

export const closeTransport = (): void => {
  waiting.clear();
  clearTimeout(timer);
};

/** The network is back. */
export const retryNow = (): void => {
  notBeforeMs = askedUntilMs;
  pump();
};

/** Resolves when all is answered for, or when the next try has to wait. */
export const settled = async (): Promise<void> => {
  let last: unknown;
  while (last !== begun) {
    last = begun;
    await last;
  }
};

/** Sends one batch after the other; as the page may never run again, all at once: what does not go then is for the next page. */
export const pump = (isLeaving?: boolean): void => {
  const nowMs = performance.now();
  clearTimeout(timer);
  trim(Date.now());
  for (const [id, batch] of waiting) {
    if (nowMs < notBeforeMs) {
      timer = setTimeout(pump, notBeforeMs - nowMs);
      return;
    }
    if (!batch[3]) begun = send(id, batch, isLeaving);
    if (!isLeaving) return;
  }
};

/**
 * Outlives the page, as far as the browser lets it: it refuses what is over 64 KiB with all else that is on its way so. The body has no type, or that
 * of plain text, so that no browser asks first whether it may.
 */
const send = async (id: string, batch: Batch, isLeaving?: boolean): Promise<void> => {
  batch[3] = true;
  let status = 0;
  let waitMs = 0;
  let to = url;
  let body: string | Blob = `{"sentAt":${Date.now()},${batch[2].slice(1)}`;
  try {
    if (!isLeaving && body.length > WORTH_PACKING_CHARS && globalThis.CompressionStream) {
      body = await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
      to += '&encoding=gzip';
    }
    const answer = await fetch(to, {
      method: 'POST',
      body,
      keepalive: true,
      credentials: 'omit',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    status = answer.status;
    waitMs = retryAfterMs(answer.headers.get('retry-after'), Date.now());
  } catch {
    // The network, a policy of the page, or no answer in time.
  }
  batch[3] = false;
  if (isWorthRetrying(status)) {
    askedUntilMs = Math.max(askedUntilMs, performance.now() + waitMs);
    notBeforeMs = askedUntilMs + backoffMs(++failures, Math.random());
    if (waiting.delete(id)) waiting.set(id, batch);
  } else {
    failures = 0;
    forget(id);
    if (status > 299) lose('refused', batch[1]);
    if (status === 401 || status === 403) onRefused();
  }
  pump();
};
