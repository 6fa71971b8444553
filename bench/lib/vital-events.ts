/**
 * Events of one vital over a month of a site with 300 pages, the same ones for whoever asks: by the hour, with fewer at night, and a few pages having
 * most of the traffic.
 */
import type { MetricPoint } from '../../src/rollups/index.ts';
import { ratingOf } from '../../src/wire/vitals.ts';
import { random } from './records.ts';

export const DAYS = 30;
export const HOUR_MS = 3_600_000;
const PAGES = 300;

const pick = (values: readonly string[], share: number) => values[Math.floor(share * values.length)] as string;
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);
const VALUES = {
  device: ['mobile', 'mobile', 'desktop', 'tablet'],
  browser: numbered('browser', 8),
  os: numbered('os', 6),
  country: numbered('C', 60),
  connection: ['4g', '3g', '2g', 'slow-2g'],
  release: numbered('2026.11.', 12),
  navigation: ['navigate', 'reload', 'back-forward'],
  site: ['www.shop.example'],
} as const;

export interface VitalEvent {
  page: string;
  device: string;
  value: number;
}

/** The events of one hour of the month, in chance order. */
export function* eventsOfHour(
  hour: number,
  perMonth: number,
  seed: number,
): Generator<VitalEvent & { next: () => number }> {
  const next = random(seed * 1_000 + hour);
  const ofDay = 1 + 0.8 * Math.sin(((hour % 24) / 24) * 2 * Math.PI);
  const events = Math.round((perMonth / (DAYS * 24)) * ofDay);
  for (let i = 0; i < events; i++) {
    // A third of the traffic is on the first ten pages.
    const place = Math.floor(PAGES * next() ** 3);
    const page = `/section/${place % 12}/page-${place}`;
    const device = pick(VALUES.device, next());
    // Two uniform numbers make a normal one (Box, Muller 1958); load times are near to log-normal.
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const value = Math.round((900 + (place % 40) * 60) * Math.exp(normal * 0.6) * 10) / 10;
    yield { page, device, value, next };
  }
}

/** As a rollup counts it, in the bucket of its hour. */
export function pointOf({ page, device, value, next }: VitalEvent & { next: () => number }, ts: number): MetricPoint {
  const labels = new Map<string, string>([
    ['page', page],
    ['device', device],
    ...(['browser', 'os', 'country', 'connection', 'release', 'navigation', 'site'] as const).map(
      (label) => [label, pick(VALUES[label], next())] as const,
    ),
    ['service', 'web'],
  ]);
  const tally = ['good', 'needs-improvement', 'poor'].indexOf(ratingOf('LCP', value));
  return {
    name: 'LCP',
    unit: 'ms',
    type: 'gauge',
    ts,
    labels,
    session: null,
    reading: { kind: 'value', value, tally },
  };
}
