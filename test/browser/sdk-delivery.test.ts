/** What is recorded arrives, and is stored once, whatever becomes of the network, the server and the page. */
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/node/temporary.ts';
import type { Fate } from './sdk-collector.ts';
import { isType, KEY, trackOn, useSdkPages, whenLoaded } from './sdk-pages.ts';

const sdk = useSdkPages();

/** Messages of the events that are stored: each once. */
const events = () =>
  sdk.collector
    .records()
    .filter(isType('event'))
    .map(({ message }) => message);
const first = (...fates: Fate[]) => {
  sdk.collector.plan = (number) => fates[number] ?? 'store';
};
/** What a page holds that is not answered for. */
const KEPT = `Object.keys(localStorage).filter((key) => key.startsWith('bw_'))`;

describe('a beacon', () => {
  it('is text or gzip without a type, so that no browser asks first, and takes no cookie along', async () => {
    const context = await sdk.context();
    await context.addCookies([
      { name: 'gsession', value: 's3cret', url: sdk.collector.url, sameSite: 'None', secure: true },
    ]);
    const page = await sdk.open('/', context);
    await whenLoaded(page);
    await page.evaluate(async () => {
      await breakwater.flush();
      for (let i = 0; i < 50; i++) breakwater.track(`event ${i}`);
      await breakwater.flush();
    });
    expect(events()).toHaveLength(50);
    expect(sdk.collector.preflights).toBe(0);
    expect(sdk.collector.arrivals.map(({ isPacked }) => isPacked)).toContain(true);
    for (const { headers, isPacked } of sdk.collector.arrivals) {
      expect(headers.cookie).toBeUndefined();
      expect(headers['content-type']).toBe(isPacked ? undefined : 'text/plain;charset=UTF-8');
    }
  });

  it('waits five seconds for others', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    await sdk.stored('the page view', isType('pageview'));
    expect(sdk.collector.arrivals).toHaveLength(1);
    expect(sdk.collector.arrivals[0]?.beacon.records.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a server in trouble', () => {
  it.each<[string, Fate[]]>([
    ['refuses for now', [{ status: 503, headers: { 'retry-after': '1' } }]],
    [
      'asks for another time by a date',
      [{ status: 429, headers: { 'retry-after': new Date(Date.now() + 1_000).toUTCString() } }],
    ],
    ['breaks', [{ status: 500 }]],
    ['cuts the connection', ['cut']],
    ['loses its answer', ['lose']],
    ['does all of it', [{ status: 502 }, 'lose', 'cut']],
  ])('that %s gets the same batch again, and stores it once', async (_, fates) => {
    first(...fates);
    const page = await sdk.open('/');
    await whenLoaded(page);
    await trackOn(page, 'pay');
    await until('the batch is answered for', () => page.evaluate(`${KEPT}.length === 0`));
    expect(events()).toEqual(['pay']);
    const ids = sdk.collector.arrivals.map(({ beacon }) => beacon.id);
    expect(new Set(ids).size).toBe(1);
    const [sent, ...again] = sdk.collector.arrivals.map(({ beacon }) => beacon.sentAt);
    for (const sentAt of again) expect(sentAt).toBeGreaterThan(sent ?? 0);
  });

  it('is left alone for as long as it asks', async () => {
    first({ status: 503, headers: { 'retry-after': '3' } });
    const page = await sdk.open('/');
    await whenLoaded(page);
    await trackOn(page, 'one');
    await trackOn(page, 'two');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await until('both are stored', () => events().length === 2);
    const [refused, again] = sdk.collector.arrivals.map(({ atMs }) => atMs);
    expect((again ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(3_000);
    expect(events()).toEqual(['one', 'two']);
  });

  it('that fails at one batch gets the others before it', async () => {
    first({ status: 500 });
    const page = await sdk.open('/');
    await whenLoaded(page);
    await trackOn(page, 'poison');
    const [poison] = sdk.collector.arrivals;
    sdk.collector.plan = (number) => (number === 1 ? { status: 500 } : 'store');
    await trackOn(page, 'good');
    await until('both are stored', () => events().length === 2);
    expect(sdk.collector.arrivals.map(({ beacon }) => beacon.id === poison?.beacon.id)).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it('that has asked for time is not asked before, whatever else fails meanwhile', async () => {
    sdk.collector.plan = (number) =>
      number === 0 ? { status: 503, headers: { 'retry-after': '4' } } : { status: 500 };
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(() => {
      breakwater.track('one');
      breakwater.identify('somebody'); // closes the batch
      breakwater.track('two');
      dispatchEvent(new Event('pagehide')); // both at once
    });
    await until('both have failed', () => sdk.collector.arrivals.length === 2);
    sdk.collector.plan = () => 'store';
    await page.evaluate(() => breakwater.flush());
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await until('both are stored', () => events().length === 2);
    const [asked, , again] = sdk.collector.arrivals.map(({ atMs }) => atMs);
    expect((again ?? 0) - (asked ?? 0)).toBeGreaterThanOrEqual(4_000);
  });

  it('that refuses for good is not asked again: what it refused is counted', async () => {
    first({ status: 400 });
    const page = await sdk.open('/');
    await whenLoaded(page);
    await trackOn(page, 'bad');
    const refused = sdk.collector.arrivals[0]?.beacon.records.length;
    await trackOn(page, 'good');
    expect(events()).toEqual(['good']);
    expect(sdk.collector.lost()).toEqual({ refused });
    expect(await page.evaluate(KEPT)).toEqual([]);
  });

  it.each([401, 403])('that does not take the key (%i) is not bothered any more by this page', async (status) => {
    first({ status }, { status }, { status });
    const page = await sdk.open('/');
    await whenLoaded(page);
    await trackOn(page, 'one');
    await trackOn(page, 'two');
    await page.goto('about:blank');
    expect(sdk.collector.arrivals).toHaveLength(1);
  });
});

describe('a page that goes', () => {
  it('while a beacon is on its way loses nothing, and nothing is stored twice', async () => {
    sdk.collector.plan = () => 'hold';
    const context = await sdk.context();
    const page = await sdk.open('/', context);
    await whenLoaded(page);
    await page.evaluate(() => {
      breakwater.track('on its way');
      void breakwater.flush();
    });
    await until('the beacon is on its way', () => sdk.collector.arrivals.length === 1);
    await page.evaluate(() => breakwater.track('at the end'));
    await page.close({ runBeforeUnload: true });
    await until('what was left is on its way', () => sdk.collector.arrivals.length >= 2);
    sdk.collector.plan = () => 'store';
    sdk.collector.release();
    const next = await sdk.open('/next', context);
    await whenLoaded(next);
    await next.evaluate(() => breakwater.flush());
    await until('nothing is kept', () => next.evaluate(`${KEPT}.length === 0`));
    expect(events().sort()).toEqual(['at the end', 'on its way']);
  });

  it('while the server is away leaves the rest to the next page', async () => {
    sdk.collector.plan = () => 'cut';
    const context = await sdk.context();
    const page = await sdk.open('/', context);
    await whenLoaded(page);
    await trackOn(page, 'first');
    await page.evaluate(() => breakwater.track('second'));
    await page.close({ runBeforeUnload: true });
    expect(sdk.collector.arrivals).toEqual([]);
    sdk.collector.plan = () => 'store';
    const next = await sdk.open('/next', context);
    await whenLoaded(next);
    await next.evaluate(() => breakwater.flush());
    await until('nothing is kept', () => next.evaluate(`${KEPT}.length === 0`));
    expect(events().sort()).toEqual(['first', 'second']);
  });

  it('sends what fits into the 64 KiB that outlive it, and the next page sends the rest', async () => {
    const context = await sdk.context();
    const page = await sdk.open('/', context);
    await whenLoaded(page);
    await page.evaluate(() => breakwater.flush());
    const before = sdk.collector.arrivals.length;
    await page.evaluate(() => {
      for (let i = 0; i < 30; i++) breakwater.track(`large ${i}`, { text: 'x'.repeat(6_000) });
    });
    await page.goto('about:blank');
    await until('some of it has arrived', () => sdk.collector.arrivals.length > before);
    for (const { bytes } of sdk.collector.arrivals.slice(before)) expect(bytes).toBeLessThan(65_536);
    const next = await sdk.open('/next', context);
    await whenLoaded(next);
    await next.evaluate(() => breakwater.flush());
    await until('nothing is kept', () => next.evaluate(`${KEPT}.length === 0`));
    expect(events().sort()).toEqual(Array.from({ length: 30 }, (_, i) => `large ${i}`).sort());
  });

  it('gives what it holds to another tab: either sends it, and it is stored once', async () => {
    sdk.collector.plan = () => 'cut';
    const context = await sdk.context();
    const tabs = [await sdk.open('/', context), await sdk.open('/next', context)];
    for (const [i, tab] of tabs.entries()) {
      await whenLoaded(tab);
      await trackOn(tab, `of tab ${i}`);
    }
    sdk.collector.plan = () => 'store';
    const third = await sdk.open('/', context);
    await whenLoaded(third);
    await third.evaluate(() => breakwater.flush());
    await until('nothing is kept', () => third.evaluate(`${KEPT}.length === 0`));
    expect(events().sort()).toEqual(['of tab 0', 'of tab 1']);
  });
});

describe('an offline spell', () => {
  it('is sat out, over page loads, and ends with everything stored once', async () => {
    const context = await sdk.context();
    const page = await sdk.open('/', context);
    await whenLoaded(page);
    await page.evaluate(() => breakwater.flush());
    const before = sdk.collector.arrivals.length;
    await context.setOffline(true);
    for (const name of ['one', 'two', 'three']) await trackOn(page, name);
    expect(sdk.collector.arrivals).toHaveLength(before);
    await context.setOffline(false);
    await until('all is stored', () => events().length === 3);
    await until('nothing is kept', () => page.evaluate(`${KEPT}.length === 0`));
    expect(events()).toEqual(['one', 'two', 'three']);
  });

  it('of a whole page is told by the next one', async () => {
    const context = await sdk.context();
    const page = await sdk.open('/', context);
    await whenLoaded(page);
    await page.evaluate(() => breakwater.flush());
    await context.setOffline(true);
    await page.evaluate(() => breakwater.track('said in a tunnel'));
    await page.goto('about:blank');
    await context.setOffline(false);
    await page.goto(`${sdk.site.url}/next`);
    await sdk.stored('what was said', ({ message }) => message === 'said in a tunnel');
    expect(events()).toEqual(['said in a tunnel']);
  });
});

describe('what is kept', () => {
  it('is in the storage of the page under the id of the key, and nowhere with `storage: false`', async () => {
    sdk.collector.plan = () => 'cut';
    const page = await sdk.open('/');
    await whenLoaded(page);
    await trackOn(page, 'x');
    expect(await page.evaluate(KEPT)).toEqual([expect.stringMatching(`^${KEY.split('.')[0]}:[\\da-f-]{36}$`)]);
    sdk.put('/none', `${sdk.tag('data-storage="false"')}<p>Text`);
    const none = await sdk.open('/none');
    await whenLoaded(none);
    await trackOn(none, 'x');
    expect(await none.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  });
});
