/**
 * Why a vital is what it is: the parts of the library's attribution build that say where to look, under its names, from the entries of its standard
 * build. That attribution build alone takes 4.9 KB of the 6 that the whole SDK may have, half of it for objects that are never sent.
 */
import type { MetricType } from 'web-vitals';
import type { JsonObject } from '../wire/record.ts';
import { observe } from './page.ts';
import { selectorOf } from './selector.ts';
import { withoutQueries } from './text.ts';

/** Frames, and events that were slow, as they came last: an interaction is what happened in its frame, not its own event alone. */
const KEPT = 20;
const frames: PerformanceLongAnimationFrameTiming[] = [];
const events: PerformanceEventTiming[] = [];
/** Events whose ends are no further apart were painted by the same frame: durations are rounded to 8 ms. */
const SAME_FRAME_MS = 8;

const remember = <E extends PerformanceEntry>(type: string, last: E[]): void => {
  observe(type, (entry: E) => {
    last.push(entry);
    last.splice(0, last.length - KEPT);
  });
};

/** Before the library: what it tells of is then known. */
export const watchFrames = (): void => {
  remember('long-animation-frame', frames);
  remember('event', events);
};

/**
 * What passed between points in time, in whole ms, by `names`. A point that is unknown, before the one before it, or behind the end counts as there:
 * parts add up to the whole.
 */
export const parts = (names: string, startMs: number, ...points: (number | undefined)[]): JsonObject => {
  const endMs = points.at(-1) as number;
  let fromMs = startMs;
  const named = names.split(' ').map((name, i) => {
    const toMs = Math.min(endMs, Math.max(fromMs, points[i] ?? 0));
    const ms = Math.round(toMs - fromMs);
    fromMs = toMs;
    return [name, ms];
  });
  return Object.fromEntries(named);
};

/** Of a page that came back from the browser's cache there is nothing to say: it had been loaded before. */
export const attributionOf = (metric: MetricType): JsonObject => {
  const { name, value, navigationType, navigationStartTime } = metric;
  const [entry] = metric.entries;
  if (!entry) return {};
  const navigation: Partial<PerformanceNavigationTiming> =
    (navigationType === 'soft-navigation' ? null : performance.getEntriesByType('navigation')[0]) ?? {};
  const startMs = navigation.activationStart ?? navigationStartTime ?? 0;
  const endMs = startMs + value;
  const firstByteMs = navigation.responseStart;
  if (name === 'TTFB')
    return parts(
      'waitingDuration cacheDuration dnsDuration connectionDuration requestDuration',
      startMs,
      navigation.workerStart || navigation.fetchStart,
      navigation.domainLookupStart,
      navigation.connectStart,
      navigation.connectEnd,
      endMs,
    );
  if (name === 'FCP') return parts('timeToFirstByte firstByteToFCP', startMs, firstByteMs, endMs);
  if (name === 'LCP') {
    const { url, element } = entry as LargestContentfulPaint;
    const resource = performance.getEntriesByName(url)[0] as PerformanceResourceTiming | undefined;
    return {
      ...parts(
        'timeToFirstByte resourceLoadDelay resourceLoadDuration elementRenderDelay',
        startMs,
        firstByteMs,
        resource?.requestStart || resource?.startTime,
        resource?.responseEnd,
        endMs,
      ),
      target: selectorOf(entry, element),
      url: withoutQueries(url),
    };
  }
  if (name === 'CLS') {
    const [largest = entry as LayoutShift] = metric.entries.toSorted((a, b) => b.value - a.value);
    return {
      largestShiftTarget: selectorOf(largest, largest.sources.find(({ node }) => node)?.node),
      largestShiftTime: Math.round(largest.startTime),
      largestShiftValue: largest.value,
    };
  }
  return ofInteraction(metric.entries, entry as PerformanceEventTiming);
};

const ofInteraction = (entries: PerformanceEventTiming[], entry: PerformanceEventTiming): JsonObject => {
  const { startTime, duration, name, target } = entry;
  const paintMs = startTime + duration;
  const inFrame = [
    ...entries,
    ...events.filter((event) => Math.abs(event.startTime + event.duration - paintMs) <= SAME_FRAME_MS),
  ];
  return {
    ...parts(
      'inputDelay processingDuration presentationDelay',
      startTime,
      Math.min(...inFrame.map(({ processingStart }) => processingStart)),
      Math.max(...inFrame.map(({ processingEnd }) => processingEnd)),
      paintMs,
    ),
    interactionTarget: selectorOf(entry, target),
    interactionType: /^key/.test(name) ? 'keyboard' : 'pointer',
    interactionTime: Math.round(startTime),
    longestScript: longestScript(startTime, paintMs),
  };
};

/** What ran longest in the frames of this time; null where nothing is known. */
const longestScript = (fromMs: number, toMs: number): JsonObject | null => {
  const [longest = null] = frames
    .flatMap(({ scripts }) => scripts)
    .filter(({ startTime, duration }) => startTime < toMs && startTime + duration > fromMs)
    .sort((a, b) => b.duration - a.duration)
    .map(({ sourceURL, sourceFunctionName, invoker, duration }) => ({
      sourceURL: withoutQueries(sourceURL),
      sourceFunctionName,
      invoker: withoutQueries(invoker),
      duration: Math.round(duration),
    }));
  return longest;
};
