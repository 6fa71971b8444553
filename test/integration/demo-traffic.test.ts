import { describe, expect, it } from 'vitest';
import { type FraudCall, fraudCallsOfSecond } from '../../scripts/demo/fraud-story.ts';
import { GATEWAYS, incidentAt } from '../../scripts/demo/incident.ts';
import type { DemoRecord } from '../../scripts/demo/record.ts';
import { lastHourBefore, sampledBefore } from '../../scripts/demo/run.ts';
import { recordsOfSecond } from '../../scripts/demo/traffic.ts';
import { isStream, LEVELS } from '../../src/wire/record.ts';
import { BROWSER_LABELS, ratingOf, type VitalName } from '../../src/wire/vitals.ts';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const HOUR_MS = 3_600_000;

function recordsBetween(fromMs: number, toMs: number): DemoRecord[] {
  const records: DemoRecord[] = [];
  for (let ms = fromMs; ms < toMs; ms += 1_000) records.push(...recordsOfSecond(ms));
  return records;
}

/** One stretch of the story in which each gateway has had its bad minute at least once. */
const hours = recordsBetween(START_MS, START_MS + 4 * HOUR_MS);

describe('the demo traffic', () => {
  it('tells the same second the same way', () => {
    expect(recordsOfSecond(START_MS)).toEqual(recordsOfSecond(START_MS));
    expect(recordsOfSecond(START_MS)).not.toEqual(recordsOfSecond(START_MS + 1_000));
  });

  it('is about 25 records a second, dated within it and in order', () => {
    expect(hours.length / (4 * 3_600)).toBeGreaterThan(22);
    expect(hours.length / (4 * 3_600)).toBeLessThan(32);
    for (let ms = START_MS; ms < START_MS + 60_000; ms += 1_000) {
      const times = recordsOfSecond(ms).map(({ ts }) => ts);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.every((ts) => ts >= ms && ts < ms + 1_000)).toBe(true);
    }
  });

  it('has transactions, wagers, sign-ins, security and system logs, and operations on every gateway', () => {
    const types = new Set(hours.filter(({ stream }) => stream === 'logs').map(({ type }) => type));
    expect([...types].sort()).toEqual(['authentication', 'security', 'system', 'transaction', 'wager']);
    const calls = new Set(
      operationsOf(hours).map(({ attrs }) => attrs.gateway && `${attrs.gateway} ${attrs.operation}`),
    );
    const operations = ['create', 'query', 'switch', 'dry-run', 'full', 'webhook', 'refund', 'dispute'];
    const all = GATEWAYS.flatMap((gateway) => operations.map((operation) => `${gateway} ${operation}`));
    expect(calls).toEqual(new Set([...all, undefined]));
    const profile = operationsOf(hours).filter(({ attrs }) => attrs.scope === 'profile');
    expect(profile.length / operationsOf(hours).length).toBeGreaterThan(0.1);
    expect(profile.every(({ attrs }) => attrs.gateway === undefined)).toBe(true);
  });

  it('has failures with a reason each, and sizes of the answers', () => {
    const failed = operationsOf(hours).filter(({ attrs }) => attrs.outcome === 'failure');
    const reasons = Map.groupBy(failed, ({ attrs }) => attrs.reason);
    expect(reasons.has(undefined)).toBe(false);
    expect(reasons.size).toBeGreaterThanOrEqual(8);
    expect(failed.length / operationsOf(hours).length).toBeGreaterThan(0.005);
    expect(failed.length / operationsOf(hours).length).toBeLessThan(0.1);
    for (const { attrs } of operationsOf(hours)) expect(attrs.bytes === undefined).toBe(attrs.reason === 'timeout');
  });

  it('has pages of a shop, with vitals of every rating, on several devices, in several releases', () => {
    const vitals = hours.filter(({ stream }) => stream === 'vitals');
    const names = Map.groupBy(vitals, ({ attrs }) => attrs.name as VitalName);
    expect(new Set(names.keys())).toEqual(new Set(['TTFB', 'FCP', 'LCP', 'CLS', 'INP']));
    for (const [name, records] of names) {
      const ratings = Map.groupBy(records, ({ attrs }) => ratingOf(name, attrs.value as number));
      expect(ratings.size).toBe(3);
      expect((ratings.get('good')?.length ?? 0) / records.length).toBeGreaterThan(0.5);
    }
    const labels = vitals.map(({ attrs }) => attrs.labels as Record<string, string>);
    const valuesOf = (label: string) => new Set(labels.map((one) => one[label]));
    expect(valuesOf('page').size).toBe(7);
    expect(valuesOf('device')).toEqual(new Set(['desktop', 'mobile', 'tablet']));
    expect(valuesOf('release').size).toBeGreaterThanOrEqual(2);
    for (const label of BROWSER_LABELS) expect(valuesOf(label).has(undefined as never)).toBe(false);
  });

  it('has errors with a stack as the browser writes it, in sessions that have seen pages', () => {
    const errors = hours.filter(({ stream }) => stream === 'errors');
    expect(new Set(errors.map(({ message }) => message)).size).toBeGreaterThanOrEqual(6);
    const seen = new Set(hours.filter(({ stream }) => stream === 'vitals').map(({ sessionId }) => sessionId));
    expect(seen.has(undefined)).toBe(false);
    for (const { attrs, sessionId } of errors) {
      expect(seen.has(sessionId)).toBe(true);
      const { browser } = attrs.labels as Record<string, string>;
      const isV8 = browser === 'Chrome' || browser === 'Edge';
      expect(attrs.stack).toMatch(isV8 ? /^\w+: .+\n {4}at \S+ \(/ : /^\S+@https:.+:\d+:\d+/);
    }
  });

  it('has filled in the last two days for who starts it, and all of the last hour', () => {
    expect([...lastHourBefore(START_MS)].flat()).toEqual(recordsBetween(START_MS - HOUR_MS, START_MS));
    const before = [...sampledBefore(START_MS)].flat();
    expect(before.at(-1)?.ts).toBeLessThan(START_MS - 48 * HOUR_MS + 31_000);
    expect(before.every(({ ts }) => ts < START_MS - HOUR_MS)).toBe(true);
    expect(new Set(before.map(({ stream }) => stream))).toEqual(new Set(['operations', 'vitals', 'errors']));
    expect(before.length).toBeGreaterThan(45_000);
    expect(before.length).toBeLessThan(75_000);
  });

  it('is made of records of streams and levels that there are, with sentences for messages', () => {
    for (const record of hours) {
      expect(isStream(record.stream) && LEVELS.includes(record.level)).toBe(true);
      if (record.stream !== 'errors') expect(record.message).not.toMatch(/undefined|NaN|null/);
    }
  });

  it('tells of an incident by the gateway that it hits, and by no other', () => {
    let startMs = START_MS;
    let incident = incidentAt(startMs);
    while (incident?.kind !== 'gateway') {
      startMs += 1_000;
      incident = incidentAt(startMs);
    }
    const { gateway, endMs } = incident;
    expect(endMs - startMs).toBeGreaterThanOrEqual(60_000);
    const during = operationsOf(recordsBetween(startMs + 15_000, endMs - 10_000));
    expect(failingShare(during.filter(({ attrs }) => attrs.gateway === gateway))).toBeGreaterThan(0.4);
    expect(failingShare(during.filter(({ attrs }) => attrs.gateway !== gateway))).toBeLessThan(0.1);
    const before = operationsOf(recordsBetween(startMs - 60_000, startMs));
    expect(failingShare(before)).toBeLessThan(0.1);
  });
});

describe('the fraud events of the demo', () => {
  const calls: FraudCall[] = [];
  for (let ms = START_MS; ms < START_MS + HOUR_MS; ms += 1_000) calls.push(...fraudCallsOfSecond(ms));
  const byUser = (prefix: string) => calls.filter(({ userId }) => userId.startsWith(prefix));

  it('tell the same second the same way, and come to less than one a second', () => {
    expect(fraudCallsOfSecond(START_MS)).toEqual(fraudCallsOfSecond(START_MS));
    expect(calls.length / 3_600).toBeGreaterThan(0.2);
    expect(calls.length / 3_600).toBeLessThan(1);
  });

  it('are mostly of customers who have their own phone, device and place', () => {
    const customers = byUser('u-');
    expect(customers.length / calls.length).toBeGreaterThan(0.7);
    const ids = new Set(customers.map(({ userId }) => userId));
    expect(ids.size).toBe(120);
    expect(new Set(customers.map(({ references }) => references.phone)).size).toBe(120);
    const amounts = customers.flatMap(({ event }) => event.amountCents ?? []);
    expect(amounts.every((cents) => Number.isInteger(cents) && cents >= 100)).toBe(true);
  });

  it('have bursts of refused cards from one device', () => {
    const bursts = Map.groupBy(byUser('card-tester-'), ({ userId }) => userId);
    expect(bursts.size).toBeGreaterThanOrEqual(7);
    for (const burst of bursts.values()) {
      expect(burst).toHaveLength(24);
      expect(burst.filter(({ event }) => !event.success).length).toBeGreaterThan(12);
      expect(new Set(burst.map(({ browser }) => browser.deviceId)).size).toBe(1);
    }
  });

  it('have rings of five accounts on one device with one phone', () => {
    const rings = Map.groupBy(byUser('bonus-'), ({ browser }) => browser.deviceId);
    expect(rings.size).toBeGreaterThanOrEqual(7);
    for (const ring of rings.values()) {
      expect(new Set(ring.map(({ userId }) => userId)).size).toBe(5);
      expect(new Set(ring.map(({ references }) => references.phone)).size).toBe(1);
    }
  });

  it('have customers whose cookies turn up on another continent seconds later', () => {
    const thefts = calls.filter(({ browser, cookiesOf }) => browser.deviceId !== cookiesOf);
    expect(thefts.length).toBeGreaterThanOrEqual(7);
    for (const theft of thefts) {
      expect(theft.browser.client.country).toBe('BR');
      const atHome = calls.find(
        ({ userId, browser, atMs }) =>
          userId === theft.userId && browser.deviceId === theft.cookiesOf && theft.atMs - atMs === 9_000,
      );
      expect(atHome?.browser.client.country).not.toBe('BR');
    }
  });
});

function operationsOf(records: readonly DemoRecord[]): DemoRecord[] {
  return records.filter(({ stream }) => stream === 'operations');
}

function failingShare(records: readonly DemoRecord[]): number {
  return records.filter(({ attrs }) => attrs.outcome === 'failure').length / records.length;
}
