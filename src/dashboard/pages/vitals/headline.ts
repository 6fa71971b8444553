import type { VitalName, VitalSummary } from '../../../wire/vitals.ts';
import { plural } from '../../lib/format.ts';
import type { Headline } from '../../lib/headline.ts';
import { inUnit } from '../../lib/units.ts';
import { unitOf } from './words.ts';

/** By these a page is judged (https://web.dev/articles/vitals). */
const CORE: readonly VitalName[] = ['LCP', 'INP', 'CLS'];

/** What is wrong with which vital, in a sentence, and what it rests on in a line below. */
export function vitalsHeadline(items: readonly VitalSummary[], rangeText: string): Headline {
  const core = items.filter(({ name, rating }) => CORE.includes(name) && rating !== null);
  const events = items.reduce((sum, { count }) => sum + count, 0);
  const rests = `At the 75th percentile, from ${plural(events, 'measurement')} ${rangeText}.`;
  if (core.length === 0) {
    const text = events === 0 ? `Nothing was measured ${rangeText}` : 'LCP, INP and CLS were not measured';
    return { tone: 'info', text, detail: events === 0 ? 'No vitals arrived in this time.' : rests };
  }
  const poor = core.filter(({ rating }) => rating === 'poor');
  const between = core.filter(({ rating }) => rating === 'needs-improvement');
  const missing = CORE.filter((name) => core.every((item) => item.name !== name));
  const detail = missing.length === 0 ? rests : `${rests} Not measured: ${missing.join(', ')}.`;
  const isPoor = `${named(poor)} ${poor.length === 1 ? 'is' : 'are'} poor`;
  const isBetween = `${named(between)} ${between.length === 1 ? 'needs' : 'need'} improvement`;
  if (poor.length > 0) return { tone: 'bad', text: between.length > 0 ? `${isPoor}, ${isBetween}` : isPoor, detail };
  if (between.length > 0) return { tone: 'warn', text: isBetween, detail };
  return { tone: 'ok', text: `${named(core)} ${core.length === 1 ? 'is' : 'are'} good`, detail };
}

/** "LCP (3.2 s) and CLS (0.31)". */
function named(items: readonly VitalSummary[]): string {
  const texts = items.map(({ name, p75 }) => `${name} (${p75 === null ? '–' : inUnit(p75, unitOf(name))})`);
  const last = texts.pop() ?? '';
  return texts.length === 0 ? last : `${texts.join(', ')} and ${last}`;
}
