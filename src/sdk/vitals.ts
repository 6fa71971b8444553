import { type MetricType, onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';
import type { JsonObject } from '../wire/record.ts';
import { attributionOf, watchFrames } from './attribution.ts';
import { guarded, isFirst, observe } from './page.ts';
import { pageOf, record } from './recorder.ts';

interface Pending {
  _page: string;
  _attrs: JsonObject;
}

/** By name: what has changed since it was reported. */
const pending = new Map<string, Pending>();
/** By name, the id that was reported last: what grows after that is kept, and is not counted as another visit. */
const told = new Map<string, unknown>();

/** What is not reported yet of a vital, or of all: as its page view ends, or may end. */
export const reportVitals = (only?: string): void => {
  for (const [name, { _attrs, _page }] of pending) {
    if (only && name !== only) continue;
    pending.delete(name);
    if (told.get(name) === _attrs.id) _attrs.update = 1;
    told.set(name, _attrs.id);
    record({ stream: 'vitals', attrs: _attrs }, _page);
  }
};

/** Told of every change, so that the element is looked at while it is there. */
const noteVital = (metric: MetricType): void => {
  const { name, value, id, navigationType, navigationURL } = metric;
  if (pending.get(name)?._attrs.id !== id) reportVitals(name); // a new page view
  pending.set(name, {
    _page: pageOf(navigationURL ?? location.href),
    // CLS is a small number; of ms, less than hundredths are noise.
    _attrs: { name, value: Math.round(value * 1e4) / 1e4, id, navigationType, attribution: attributionOf(metric) },
  });
  if (/F/.test(name)) reportVitals(name); // FCP and TTFB never change
};

export const watchVitals = (): void => {
  watchFrames();
  // The library cannot be told to stop, so it is started once.
  for (const on of isFirst ? [onTTFB, onFCP, onLCP, onCLS, onINP] : [])
    on(guarded(noteVital), { reportAllChanges: true, reportSoftNavs: true });
  observe('first-input', ({ processingStart, startTime }: PerformanceEventTiming) => {
    record({ stream: 'vitals', attrs: { name: 'FID', value: processingStart - startTime } });
  });
};
