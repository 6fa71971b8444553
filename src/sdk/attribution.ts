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

function remember<E extends PerformanceEntry>(type: string, last: E[]): void {
  observe(type, (entry: E) => {
    last.push(entry);
    last.splice(0, last.length - KEPT);
  });
}

/** Before the library: what it tells of is then known. */
export function watchFrames(): void {
  remember('long-animation-frame', frames);
  remember('event', events);
}

/**
 * What passed between points in time, in whole ms, by `names`. A point that is unknown, before the one before it, or behind the end counts as there:
 * parts add up to the whole.
 */
export function parts(names: string, startMs: number, ...points: (number | undefined)[]): JsonObject {
  const endMs = points.at(-1) as number;
  let fromMs = startMs;
  const named = names.split(' ').map((name, i) => {
    const toMs = Math.min(endMs, Math.max(fromMs, points[i] ?? 0));
    const ms = Math.round(toMs - fromMs);
    fromMs = toMs;
    return [name, ms];
  });
  return Object.fromEntries(named);
}

export function attributionOf(metric: MetricType): JsonObject {
  const isSoft = metric.navigationType === 'soft-navigation';
  const navigation = isSoft ? undefined : performance.getEntriesByType('navigation')[0];
  const startMs = (isSoft ? metric.navigationStartTime : navigation?.activationStart) ?? 0;
  const endMs = startMs + metric.value;
  const firstByteMs = navigation?.responseStart;
  switch (metric.name) {
    case 'TTFB':
      return parts(
        'waitingDuration cacheDuration dnsDuration connectionDuration requestDuration',
        startMs,
        navigation?.workerStart || navigation?.fetchStart,
        navigation?.domainLookupStart,
        navigation?.connectStart,
        navigation?.connectEnd,
        endMs,
      );
    case 'FCP':
      return parts('timeToFirstByte firstByteToFCP', startMs, firstByteMs, endMs);
    case 'LCP': {
      const [entry] = metric.entries;
      if (!entry) return {};
      const { url, element } = entry;
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
    case 'CLS': {
      const [largest] = metric.entries.toSorted((a, b) => b.value - a.value);
      return largest
        ? {
            largestShiftTarget: selectorOf(largest, largest.sources.find(({ node }) => node)?.node),
            largestShiftTime: Math.round(largest.startTime),
            largestShiftValue: largest.value,
          }
        : {};
    }
    case 'INP': {
      const [entry] = metric.entries;
      if (!entry) return {};
      const { startTime, duration, name } = entry;
      const paintMs = startTime + duration;
      const inFrame = [
        ...metric.entries,
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
        interactionTarget: selectorOf(entry, metric.entries.find(({ target }) => target)?.target),
        interactionType: name.startsWith('key') ? 'keyboard' : 'pointer',
        interactionTime: Math.round(startTime),
        longestScript: longestScript(startTime, paintMs),
      };
    }
  }
}

/** What ran longest in the frames of this time; null where nothing is known. */
function longestScript(fromMs: number, toMs: number): JsonObject | null {
  const [longest] = frames
    .flatMap(({ scripts }) => scripts)
    .filter(({ startTime, duration }) => startTime < toMs && startTime + duration > fromMs)
    .sort((a, b) => b.duration - a.duration);
  if (!longest) return null;
  const { sourceURL, sourceFunctionName, invoker, duration } = longest;
  return {
    sourceURL: withoutQueries(sourceURL),
    sourceFunctionName,
    invoker: withoutQueries(invoker),
    duration: Math.round(duration),
  };
}
