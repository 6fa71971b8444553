import type { VitalName } from '../../src/wire/vitals.ts';
import { errorOf, type Fault } from './browser-errors.ts';
import { type Incident, severityAt } from './incident.ts';
import type { Chance } from './random.ts';
import type { DemoRecord } from './record.ts';
import { type Release, releaseAt, SHOP, type Visit, visitAt } from './visitors.ts';

interface Page {
  path: string;
  /** How often it is seen, against the others. */
  share: number;
  /** LCP in ms on a desk with a good line; FCP and TTFB go with it. */
  lcpMs: number;
  inpMs: number;
  cls: number;
}
const PAGES: readonly [Page, ...Page[]] = [
  { path: '/', share: 30, lcpMs: 1_500, inpMs: 70, cls: 0.03 },
  { path: '/products/:id', share: 28, lcpMs: 1_900, inpMs: 95, cls: 0.06 },
  { path: '/category/:name', share: 16, lcpMs: 1_700, inpMs: 120, cls: 0.09 },
  { path: '/search', share: 10, lcpMs: 1_250, inpMs: 160, cls: 0.05 },
  { path: '/cart', share: 7, lcpMs: 1_150, inpMs: 110, cls: 0.02 },
  { path: '/checkout', share: 6, lcpMs: 2_100, inpMs: 170, cls: 0.04 },
  { path: '/account', share: 3, lcpMs: 1_050, inpMs: 80, cls: 0.01 },
];
const NAVIGATIONS = ['navigate', 'navigate', 'navigate', 'soft-navigation', 'back-forward', 'reload'] as const;
/** Views that end in an error that nobody caught, on a good day. */
const FAILING = 0.03;

/** What a browser of the shop sends of one page it has shown: five vitals, and an error now and then. */
export function pageView(ms: number, dice: Chance, incident: Incident | null): DemoRecord[] {
  const visit = visitAt(ms, dice);
  const release = releaseAt(ms, dice);
  const page = dice.weighted(PAGES);
  const onFaultyCheckout = release.isFaulty && page.path === '/checkout';
  const slowness = visit.visitor.slowness * (onFaultyCheckout ? 1.8 : 1);
  const labels = labelsOf(page, visit, release, dice);
  const send = (stream: 'vitals' | 'errors') => ({
    ts: ms,
    stream,
    service: 'shop-web',
    sessionId: visit.sessionId,
    userId: visit.visitor.userId,
  });
  const vital = (name: VitalName, value: number): DemoRecord => ({
    ...send('vitals'),
    level: 'info',
    type: 'web-vital',
    message: `${name} ${value} on ${page.path}`,
    attrs: { name, value, id: `v5-${ms}-${dice.hex(8)}`, labels },
  });
  const lcpMs = dice.latencyMs(page.lcpMs * slowness);
  const records = [
    vital('TTFB', Math.round(lcpMs * (0.22 + 0.12 * dice.next()))),
    vital('FCP', Math.round(lcpMs * (0.5 + 0.2 * dice.next()))),
    vital('LCP', lcpMs),
    vital('CLS', Math.round(dice.latencyMs(page.cls * 10_000) * 0.7) / 10_000),
  ];
  // Not everybody touches the page before leaving it.
  if (dice.happens(0.7)) records.push(vital('INP', dice.latencyMs(page.inpMs * slowness)));
  const fault = faultOf(ms, page, onFaultyCheckout, incident, dice);
  if (fault !== null) records.push({ ...send('errors'), ...errorOf(fault, visit.visitor, release, labels) });
  return records;
}

function labelsOf(page: Page, { visitor }: Visit, release: Release, dice: Chance): Record<string, string> {
  const { device, browser, os, country, connection } = visitor;
  const navigation = dice.pick(NAVIGATIONS);
  return {
    ...{ page: page.path, site: SHOP, device, browser, os, country, connection },
    ...{ release: release.name, navigation },
  };
}

function faultOf(ms: number, page: Page, onFaulty: boolean, incident: Incident | null, dice: Chance): Fault | null {
  if (onFaulty && dice.happens(0.25)) return 'price-missing';
  if (incident?.kind === 'gateway' && page.path === '/checkout' && dice.happens(0.6 * severityAt(incident, ms))) {
    return 'payment-failed';
  }
  if (!dice.happens(FAILING)) return null;
  return dice.pick(['fetch-failed', 'fetch-failed', 'chunk-missing', 'node-gone', 'quota', 'foreign-script']);
}
