import type { Facet, Histogram } from '../api/types.ts';
import { compact, minute, percent, plural } from './format.ts';
import { onsetOf, totalsOf } from './levels.ts';

export interface Headline {
  tone: 'ok' | 'warn' | 'bad' | 'info';
  text: string;
  detail: string;
}

/**
 * What is wrong, since when, for whom, in one sentence and one line below it. `services` counts the failures that the
 * sentence is about: those since the onset where there is one, else all.
 */
export function headlineOf(histogram: Histogram, services: Facet | null, rangeText: string): Headline {
  const { records, failures } = totalsOf(histogram);
  if (records === 0) return { tone: 'info', text: `No records ${rangeText}`, detail: 'Nothing arrived in this time.' };
  const share = `${percent(failures / records)} of ${plural(records, 'record')}`;
  if (failures === 0)
    return {
      tone: 'ok',
      text: `No errors ${rangeText}`,
      detail: `${plural(records, 'record')}, none of them an error.`,
    };
  const onset = onsetOf(histogram.buckets);
  if (onset === null) {
    return {
      tone: 'warn',
      text: `${plural(failures, 'error')} ${rangeText}${mostlyIn(services, failures)}`,
      detail: `${share}. No rise that still goes on.`,
    };
  }
  const rise =
    onset.before < 0.05
      ? 'There were hardly any before'
      : onset.now < onset.before
        ? 'An earlier peak was higher'
        : onset.now < 1.95 * onset.before
          ? 'More than before'
          : `About ${compact(Math.round(onset.now / onset.before))} times as many as before`;
  // An earlier peak in the same range is another story: its errors would name the wrong service.
  const since = totalsOf({ ...histogram, buckets: histogram.buckets.filter(({ ts }) => ts >= onset.sinceMs) });
  const shareSince = `${percent(since.failures / since.records)} of ${plural(since.records, 'record')}`;
  return {
    tone: 'bad',
    text: `Errors since ${minute(onset.sinceMs)}${mostlyIn(services, since.failures)}`,
    detail: `${rise}. ${plural(since.failures, 'error')} since then, ${shareSince}.`,
  };
}

/** Named only where one service has at least half of them, or where there is only one. */
function mostlyIn(services: Facet | null, failures: number): string {
  const top = services?.values[0];
  if (top === undefined || top.value === '' || top.count * 2 < failures) return '';
  return top.count >= failures ? `, all in ${top.value}` : `, mostly in ${top.value}`;
}
