import type { JsonObject } from '../wire/record.ts';
import { attempt } from './attempt.ts';
import { mayCollect } from './consent.ts';
import { capture, watchErrors } from './errors.ts';
import type { Extra, ExtraContext } from './extra/context.ts';
import { loadExtra } from './load-extra.ts';
import { reportLongTasks, watchLongTasks } from './long-tasks.ts';
import type { InitOptions, MeasureOptions } from './options.ts';
import { guarded, listen, restorePage } from './page.ts';
import { watchPageViews } from './page-views.ts';
import { closeRecorder, flush as flushRecords, openRecorder, options, record, seal } from './recorder.ts';

export { identify } from './recorder.ts';

import { closeTransport, openTransport, pump, retryNow, settled } from './transport.ts';
import { reportVitals, watchVitals } from './vitals.ts';

/** Begins to collect. Does nothing a second time, outside of browsers, and where the visitor has objected. */
export const init = (own: InitOptions): void => {
  attempt(() => {
    if (options || !globalThis.document || !mayCollect(navigator, own.ignoreDoNotTrack)) return;
    openTransport(`${new URL(own.url).origin}/api/beacon?key=${own.key}`, stop);
    openRecorder(own);
    // Nobody may ever see a page that is only rendered ahead.
    if (document.prerendering) listen(document, 'prerenderingchange', watch);
    else watch();
  });
};

const watch = (): void => {
  watchErrors();
  watchLongTasks();
  watchVitals();
  // On the document: the listeners of web-vitals, on the window, have then been called.
  listen(document, 'visibilitychange', () => (document.visibilityState === 'hidden' ? leave() : flushRecords()));
  listen(window, 'pagehide', leave);
  listen(window, 'online', retryNow);
  watchPageViews();
};

/** The page may never run again. */
const leave = (): void => {
  reportVitals();
  reportLongTasks();
  seal();
  pump(true);
};

const stop = (): void => {
  restorePage();
  closeRecorder();
  closeTransport();
};

/** Something that happened, as a record of stream `logs` and type `event`. */
export const track = (message: string, attrs: JsonObject = {}): void => {
  record({ stream: 'logs', type: 'event', message, attrs });
};

export interface Measure {
  /** A number, as a record of stream `metrics`. */
  (name: string, value: number, options?: MeasureOptions): void;
  /** How long a call takes, in ms; of a promise, until it is settled. What it returns is returned, what it throws is thrown. */
  <T>(name: string, action: () => T, options?: MeasureOptions): T;
}

export const measure: Measure = <T>(name: string, what: number | (() => T), more?: MeasureOptions) => {
  const report = (value: number, unit?: string) =>
    record({ stream: 'metrics', attrs: { name, value, unit, ...more } as JsonObject });
  if (typeof what !== 'function') return report(what);
  const startMs = performance.now();
  const ended = () => report(performance.now() - startMs, 'ms');
  let result: T | undefined;
  try {
    result = what();
  } finally {
    if (!(result instanceof Promise)) ended();
  }
  // Not beside it: a rejection that the page has not dealt with would then count as dealt with.
  return result instanceof Promise ? result.finally(ended) : result;
};

/** An error that the page has dealt with. */
export const captureError: (error: unknown, attrs?: JsonObject) => void = guarded((error, attrs) =>
  capture(error, 'capture', undefined, attrs),
);

/** Sends what waits; resolves when all is answered for, or when the next try has to wait. Never rejects. */
export const flush = async (): Promise<void> => {
  flushRecords();
  await settled();
};

/** Sends what waits, stops collecting, and gives the page back what was taken. */
export const shutdown = async (): Promise<void> => {
  guarded(leave)();
  await settled();
  stop();
};

type AfterContext<F> = F extends (context: ExtraContext, ...rest: infer Rest) => infer R ? (...rest: Rest) => R : never;

/** Of the second part, which is loaded when it is first called. */
const later = <K extends keyof Extra>(name: K): AfterContext<Extra[K]> =>
  (async (...rest: unknown[]) => {
    const own = options;
    if (!own) throw new Error('Breakwater is not running on this page.');
    const url = new URL(own.url).origin;
    const loaded = (await loadExtra(url)) as unknown as Record<K, (...all: unknown[]) => unknown>;
    return loaded[name]({ ...own, url }, ...rest);
  }) as AfterContext<Extra[K]>;

/** Signs in to Breakwater. Rejects on pages of another origin, to which its session is not given. */
export const login = later('login');

/** Records as they come. Rejects where neither a key that may read nor a session is there. */
export const subscribe = later('subscribe');

/** Starts a run of ETL with the key of `init`. Rejects on pages of another origin, which may not read the answer. */
export const startEtl = later('startEtl');
