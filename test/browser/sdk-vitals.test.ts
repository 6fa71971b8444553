/** A real Chromium makes each vital; what is stored is held against what the browser itself says. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isType, isVital, pageOf, useSdkPages, whenLoaded } from './sdk-pages.ts';

const sdk = useSdkPages();

/** A picture, a button that is slow, and one that moves what is below it. */
const BUSY = () => `<title>Busy</title>${sdk.tag('data-service="shop-web" data-release="1.4.0"')}
  <img id="hero" src="/hero.bmp?token=s3cret" width="600" height="400">
  <button id="slow" class="b a">Slow</button><button id="shift">Shift</button><p id="below">Below</p>
  <script>
    const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
    slow.onclick = function slowHandler() { busy(150); slow.textContent = 'Done'; };
    // Out of reach of the 500 ms after an input, in which shifts do not count.
    addEventListener('shift-now', () => below.before(Object.assign(document.createElement('div'), { style: 'height:200px' })));
  </script>`;

describe('the vitals of a page', () => {
  it('are stored once each, with where to look', async () => {
    sdk.put('/users/17', BUSY());
    const page = await sdk.open('/users/17?token=s3cret#s3cret');
    await whenLoaded(page);
    await page.locator('#hero').waitFor();
    const shift = await page.evaluate(async () => {
      dispatchEvent(new Event('shift-now'));
      return new Promise<number>((resolve) => {
        const sum = (list: PerformanceObserverEntryList) =>
          resolve(
            list.getEntries().reduce((all, entry) => all + (entry as PerformanceEntry & { value: number }).value, 0),
          );
        new PerformanceObserver(sum).observe({ type: 'layout-shift', buffered: true });
      });
    });
    await page.locator('#slow').click();
    await page.getByText('Done').waitFor();
    await page.evaluate(
      () =>
        new Promise((resolve) =>
          new PerformanceObserver(
            (list) => list.getEntries().some(({ duration }) => duration > 100) && resolve(null),
          ).observe({
            ...{ type: 'event', buffered: true, durationThreshold: 16 },
          } as PerformanceObserverInit),
        ),
    );
    const timing = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      return { ttfb: navigation?.responseStart ?? 0, fcp: paint?.startTime ?? 0 };
    });
    await page.goto(`${sdk.site.url}/next`);
    const vitals = await sdk.stored('every vital', ({ stream }) => stream === 'vitals', 6);
    const of = (name: string) => {
      const found = vitals.filter(isVital(name)).filter((record) => pageOf(record) !== '/next');
      expect([name, found.length]).toEqual([name, 1]);
      return found[0]?.attrs as { value: number; attribution: Record<string, unknown>; navigationType: string };
    };
    expect(of('TTFB').value).toBeCloseTo(timing.ttfb, 3);
    expect(of('FCP').value).toBeCloseTo(timing.fcp, 3);
    expect(of('TTFB').navigationType).toBe('navigate');
    for (const name of ['TTFB', 'FCP', 'LCP']) {
      const { value, attribution } = of(name);
      const parts = Object.values(attribution).filter((part) => typeof part === 'number');
      expect(parts.length).toBeGreaterThan(1);
      // Each part is rounded to whole ms.
      expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - value)).toBeLessThanOrEqual(parts.length / 2);
    }
    expect(of('LCP').attribution).toMatchObject({ target: '#hero', url: `${sdk.site.url}/hero.bmp` });
    expect(shift).toBeGreaterThan(0);
    expect(of('CLS').value).toBeCloseTo(shift, 3);
    expect(of('CLS').attribution.largestShiftTarget).toMatch(/#|body|html/);
    expect(of('INP').value).toBeGreaterThanOrEqual(150);
    expect(of('INP').attribution).toMatchObject({ interactionTarget: '#slow', interactionType: 'pointer' });
    expect(of('INP').attribution.processingDuration).toBeGreaterThanOrEqual(149);
    expect(of('INP').attribution.longestScript).toMatchObject({
      sourceURL: `${sdk.site.url}/users/17`,
      sourceFunctionName: 'slowHandler',
    });
    expect(of('FID').value).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(sdk.collector.arrivals.map(({ beacon }) => beacon))).not.toContain('s3cret');
  });
});

/** As when another tab is looked at, and this one again: a browser without windows has no other way. */
const turn = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);

/** Clicks, and waits until the browser has measured it. */
async function clickFor(page: Page, ms: number): Promise<void> {
  await page.locator('#slow').evaluate((button, duration) => button.setAttribute('data-ms', String(duration)), ms);
  await page.locator('#slow').click();
  await page.evaluate(
    (least) =>
      new Promise((resolve) => {
        const measured = (list: PerformanceObserverEntryList) =>
          list.getEntries().some(({ duration }) => duration >= least) && resolve(null);
        new PerformanceObserver(measured).observe({ type: 'event', buffered: true });
      }),
    ms,
  );
}

describe('a page that is returned to', () => {
  it('tells again what has grown, under the same id, and nothing else', async () => {
    sdk.put(
      '/',
      `${sdk.tag()}<p>Text</p><button id="slow">Slow</button><script>
        slow.onclick = () => { const end = performance.now() + Number(slow.dataset.ms); while (performance.now() < end); };
      </script>`,
    );
    const page = await sdk.open('/');
    await whenLoaded(page);
    await clickFor(page, 120);
    await turn(page, 'hidden');
    await sdk.stored('the first INP', isVital('INP'));
    await turn(page, 'visible');
    await turn(page, 'hidden');
    await turn(page, 'visible');
    await clickFor(page, 300);
    await turn(page, 'hidden');
    const told = await sdk.stored('the second INP', isVital('INP'), 2);
    const [first, second] = told.map(({ attrs }) => ({
      ...{ id: attrs?.id, value: Number(attrs?.value), update: attrs?.update },
    }));
    expect([first?.update, second?.update]).toEqual([undefined, 1]);
    expect(told).toHaveLength(2);
    expect(second?.id).toBe(first?.id);
    expect(first?.value).toBeGreaterThanOrEqual(120);
    expect(second?.value).toBeGreaterThanOrEqual(300);
    expect(sdk.collector.records().filter(isVital('LCP'))).toHaveLength(1);
    expect(sdk.collector.records().filter(isVital('FID'))).toHaveLength(1);
  });
});

/** A router as frameworks have them: another view, and another address, by the page's own script. */
const APP =
  () => `<title>App</title>${sdk.tag()}<p>Home</p><a id="to" href="/orders/5?token=s3cret">Orders</a><main></main>
  <script>
    to.onclick = (event) => {
      event.preventDefault();
      history.pushState({}, '', to.href);
      document.querySelector('main').innerHTML = '<h1>Orders of today, in large letters</h1>'.repeat(8);
    };
  </script>`;

describe('a soft navigation', () => {
  it('is a page view of its own, with vitals of its own', async () => {
    sdk.put('/app', APP());
    const page = await sdk.open('/app');
    await whenLoaded(page);
    await page.getByText('Home').waitFor();
    await page.locator('#to').click();
    const [view] = await sdk.stored('the second page view', (record) => record.message === '/orders/5');
    expect(view).toMatchObject({ stream: 'logs', type: 'pageview', attrs: { navigationType: 'soft-navigation' } });
    await page.goto(`${sdk.site.url}/next`);
    const soft = await sdk.stored(
      'its LCP',
      ({ attrs }) => attrs?.navigationType === 'soft-navigation' && attrs.name === 'LCP',
    );
    expect(soft.map((record) => [record.stream, pageOf(record)])).toEqual([['vitals', '/orders/5']]);
    const [first] = await sdk.stored('the LCP before', (record) => isVital('LCP')(record) && pageOf(record) === '/app');
    expect(first?.attrs?.navigationType).toBe('navigate');
    const views = await sdk.stored('each page view', isType('pageview'), 3);
    expect(views.map(({ message }) => message)).toEqual(['/app', '/orders/5', '/next']);
  });

  it('is seen in a browser without the Navigation API, whose functions the page gets back', async () => {
    sdk.put(
      '/app',
      `<script>Object.defineProperty(window, 'navigation', { value: undefined });
      window.ownPush = history.pushState</script>${APP()}`,
    );
    const page = await sdk.open('/app');
    await whenLoaded(page);
    expect(await page.evaluate(() => history.pushState === Reflect.get(window, 'ownPush'))).toBe(false);
    await page.locator('#to').click();
    await page.evaluate(() => history.replaceState({}, '', '/orders/6'));
    await page.evaluate(() => history.replaceState({ same: 'page' }, '', '/orders/6?tab=2#3'));
    await page.goBack();
    await sdk.stored('every page view', isType('pageview'), 4);
    const views = sdk.collector.records().filter(isType('pageview'));
    expect(views.map(({ message }) => message)).toEqual(['/app', '/orders/5', '/orders/6', '/app']);
    await page.evaluate(() => breakwater.shutdown());
    expect(await page.evaluate(() => history.pushState === Reflect.get(window, 'ownPush'))).toBe(true);
  });
});
