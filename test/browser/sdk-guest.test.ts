/** The SDK is a guest: whatever a page is, forbids or breaks, it stays whole, and gets back what was taken. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isType, isVital, pageOf, trackOn, useSdkPages, whenLoaded } from './sdk-pages.ts';

const sdk = useSdkPages();

/** Errors that the page sees: those that nobody caught, and what is written to its console. */
function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  return faults;
}

/** A page that works: its button counts. */
const COUNTER = `<button id="count">0</button><script nonce="n1">
  document.querySelector('#count').onclick = ({ target }) => { target.textContent = Number(target.textContent) + 1; };
</script>`;

async function countsOn(page: Page): Promise<boolean> {
  const before = Number(await page.locator('#count').textContent());
  await page.locator('#count').click();
  return Number(await page.locator('#count').textContent()) === before + 1;
}

describe('a page with a strict policy', () => {
  const policy = (more: string) => ({
    'content-security-policy': `default-src 'none'; script-src 'nonce-n1' 'strict-dynamic'; require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; ${more}`,
  });
  const tagWithNonce = () => sdk.tag('nonce="n1"');

  it('needs to allow the script and the connection, and nothing else', async () => {
    sdk.put('/', `${tagWithNonce()}${COUNTER}`, policy(`connect-src ${sdk.collector.url}`));
    const context = await sdk.context();
    const page = await context.newPage();
    const faults = faultsOf(page);
    await page.goto(`${sdk.site.url}/`);
    await whenLoaded(page);
    await trackOn(page, 'allowed');
    expect(sdk.collector.records().filter(isType('event'))).toHaveLength(1);
    // Of the second part too: it is loaded by a script that is trusted.
    const refused = await page.evaluate(() =>
      breakwater.login({ username: 'a', password: 'b' }).catch(({ code }) => code),
    );
    expect(refused).toBe('cross_site');
    expect(await countsOn(page)).toBe(true);
    expect(faults.filter((fault) => !fault.includes('favicon'))).toEqual([]);
  });

  it('that allows no connection stays whole, and what cannot be sent does not grow without end', async () => {
    sdk.put('/', `${tagWithNonce()}${COUNTER}`, policy(''));
    const page = await sdk.open('/');
    await whenLoaded(page);
    for (let i = 0; i < 12; i++) {
      await page.evaluate(() => {
        for (let n = 0; n < 5; n++) breakwater.track('large', { text: 'x'.repeat(10_000) });
        return breakwater.flush();
      });
    }
    expect(await countsOn(page)).toBe(true);
    expect(sdk.collector.arrivals).toEqual([]);
    expect(await page.evaluate(() => Object.values(localStorage).join('').length)).toBeLessThan(400_000);
  });

  it('that does not allow the script is the page without it', async () => {
    sdk.put('/', `${sdk.tag()}${COUNTER}`, policy(''));
    const page = await sdk.open('/');
    expect(await countsOn(page)).toBe(true);
    expect(await page.evaluate(() => 'breakwater' in globalThis)).toBe(false);
  });
});

describe('a page', () => {
  it.each([
    ['has removed fetch', 'delete globalThis.fetch; delete Window.prototype.fetch'],
    ['has a fetch that throws', 'globalThis.fetch = () => { throw new Error("mine") }'],
    ['has no observers', 'delete globalThis.PerformanceObserver'],
    ['has no compression', 'delete globalThis.CompressionStream'],
    ['has no secure random UUID', 'delete Crypto.prototype.randomUUID'],
    [
      'forbids storage',
      `for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } })`,
    ],
    [
      'has a full storage',
      'Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError") }',
    ],
    ['has no timings', 'Performance.prototype.getEntriesByType = () => []'],
    [
      'has wrapped addEventListener',
      `const add = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function (...args) { return add.apply(this, args) }`,
    ],
    ['has a frozen history', 'Object.freeze(history)'],
  ])('that %s stays whole', async (_, broken) => {
    const context = await sdk.context();
    await context.addInitScript(broken);
    sdk.put('/', `${sdk.tag()}${COUNTER}`);
    const page = await context.newPage();
    const faults = faultsOf(page);
    await page.goto(`${sdk.site.url}/`);
    await whenLoaded(page);
    expect(await countsOn(page)).toBe(true);
    await trackOn(page, 'in spite of it');
    await page.evaluate(() => {
      history.pushState({}, '', '/other');
      breakwater.captureError(new Error('mine'));
      breakwater.measure('x', () => 1);
      return breakwater.flush();
    });
    expect(await countsOn(page)).toBe(true);
    expect(faults.filter((fault) => !/favicon|404/.test(fault))).toEqual([]);
    const cannotSend = broken.includes('fetch');
    expect(sdk.collector.records().filter(isType('event'))).toHaveLength(cannotSend ? 0 : 1);
  });

  it('that throws in its own handlers sees its own errors, and no others', async () => {
    sdk.put(
      '/',
      `${sdk.tag()}${COUNTER}<script nonce="n1">
      addEventListener('error', () => { throw new Error('in a handler of errors'); }, { once: true });
      addEventListener('visibilitychange', () => { throw new Error('while it is hidden'); });
      addEventListener('click', () => { throw new Error('on a click'); });
    </script>`,
    );
    const context = await sdk.context();
    const page = await context.newPage();
    const faults = faultsOf(page);
    await page.goto(`${sdk.site.url}/`);
    await whenLoaded(page);
    expect(await countsOn(page)).toBe(true);
    await page.evaluate(() => breakwater.flush());
    expect(new Set(faults.filter((fault) => !/favicon|404/.test(fault)))).toEqual(
      new Set(['on a click', 'in a handler of errors']),
    );
    const told = sdk.collector.records().filter(({ stream }) => stream === 'errors');
    // What a handler of errors throws, the browser tells no handler.
    expect(told.map(({ message }) => message)).toEqual(['on a click']);
  });

  it('gets nothing but one name, and all of it back at the end', async () => {
    sdk.put('/plain', COUNTER);
    const context = await sdk.context();
    const plain = await sdk.open('/plain', context);
    const names = () =>
      plain.evaluate(() =>
        Object.getOwnPropertyNames(window)
          .filter((name) => !/^\d+$/.test(name))
          .sort(),
      );
    const before = await names();
    const functions = `[history.pushState, history.replaceState, fetch, XMLHttpRequest.prototype.send, console.error, addEventListener,
      Promise.prototype.then, onerror, onunhandledrejection].map(String)`;
    const native = await plain.evaluate(functions);
    sdk.put('/plain', `${sdk.tag()}${COUNTER}`);
    await plain.reload();
    await whenLoaded(plain);
    expect((await names()).filter((name) => !before.includes(name))).toEqual(['breakwater']);
    expect(await plain.evaluate(functions)).toEqual(native);
    await plain.evaluate(() => breakwater.shutdown());
    const told = sdk.collector.records().length;
    await plain.evaluate(() => {
      breakwater.track('after the end');
      dispatchEvent(new ErrorEvent('error', { message: 'after the end', filename: 'x.js' }));
      return breakwater.flush();
    });
    await plain.goto('about:blank');
    expect(sdk.collector.records()).toHaveLength(told);
  });

  it('may end it and begin anew, and each vital is told once', async () => {
    sdk.put('/', `${sdk.tag()}${COUNTER}`);
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(
      async ([key, url]) => {
        await breakwater.shutdown();
        breakwater.init({ key: key as string, url: url as string });
        breakwater.init({ key: 'bw_other', url: 'https://nowhere.example' });
      },
      ['bw_a.b.c.d', sdk.collector.url],
    );
    await trackOn(page, 'anew');
    await page.locator('#count').click();
    // Whoever leaves before the first paint has none to tell of.
    await page.evaluate(
      () => new Promise<unknown>((told) => new PerformanceObserver(told).observe({ type: 'paint', buffered: true })),
    );
    await page.goto('about:blank');
    await sdk.stored('the vitals', ({ attrs }) => attrs?.name === 'CLS');
    await sdk.stored('the first paint', ({ attrs }) => attrs?.name === 'FCP');
    expect(sdk.collector.records().filter(isType('event'))).toHaveLength(1);
    const vitals = sdk.collector
      .records()
      .filter(({ stream }) => stream === 'vitals')
      .map(({ attrs }) => attrs?.name);
    expect(vitals.filter((name) => name === 'FCP')).toEqual(['FCP']);
  });

  it('may end it and begin anew, and what came before is not told twice', async () => {
    sdk.put('/', `${sdk.tag()}${COUNTER}`);
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.locator('#count').click();
    await page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve));
      const end = performance.now() + 120;
      while (performance.now() < end);
    });
    await sdk.stored('the first input', isVital('FID'));
    await page.evaluate(
      async ([key, url]) => {
        const seen = (type: string) =>
          new Promise((resolve) => new PerformanceObserver(resolve).observe({ type, buffered: true }));
        await seen('longtask');
        await breakwater.shutdown();
        breakwater.init({ key: key as string, url: url as string });
        // Observers are told in the order in which they began.
        await Promise.all([seen('first-input'), seen('longtask')]);
        await breakwater.shutdown();
      },
      ['bw_a.b.c.d', sdk.collector.url],
    );
    expect(sdk.collector.records().filter(isVital('FID'))).toHaveLength(1);
    expect(sdk.collector.records().filter(({ attrs }) => attrs?.name === 'browser.blocked')).toHaveLength(1);
  });

  it('that begins with what is wrong may begin again with what is right, also with a slash behind the address', async () => {
    sdk.put('/', `<script async src="${sdk.collector.url}/api/js/client.min.js"></script>${COUNTER}`);
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate((url) => {
      breakwater.init({ url } as never);
      breakwater.init({ key: 'bw_a.b', url: 'no address' });
      breakwater.init({ key: 'bw_a.b', url: `${url}/` });
    }, sdk.collector.url);
    await trackOn(page, 'right');
    expect(sdk.collector.records().filter(isType('event'))).toHaveLength(1);
  });

  it('whose own functions and values throw sees nothing of it, and what is lost is counted', async () => {
    sdk.put('/', `<script async src="${sdk.collector.url}/api/js/client.min.js"></script>${COUNTER}`);
    const context = await sdk.context();
    const page = await context.newPage();
    const faults = faultsOf(page);
    await page.goto(`${sdk.site.url}/`);
    await whenLoaded(page);
    await page.evaluate((url) => {
      const page = (): string => {
        throw new Error('in the page option');
      };
      breakwater.init({ key: 'bw_a.b', url, page });
    }, sdk.collector.url);
    await trackOn(page, 'before');
    await page.evaluate(() => {
      breakwater.identify(1n as never);
      breakwater.track('no JSON');
      breakwater.track('nor this');
      breakwater.identify('user-1');
      breakwater.track('as it goes');
    });
    await page.goto('about:blank');
    await sdk.stored('what was said at last', ({ message }) => message === 'as it goes');
    const events = sdk.collector.records().filter(isType('event'));
    expect(events.map((record) => [record.message, pageOf(record)])).toEqual([
      ['before', '/'],
      ['as it goes', '/'],
    ]);
    expect(sdk.collector.lost()).toEqual({ internal: 2 });
    expect(faults.filter((fault) => !/favicon|404/.test(fault))).toEqual([]);
  });

  it('with two tags has one SDK', async () => {
    sdk.put('/', `${sdk.tag()}${sdk.tag()}<p>Text`);
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.waitForLoadState('load');
    await page.evaluate(() => breakwater.flush());
    expect(sdk.collector.records().filter(isType('pageview'))).toHaveLength(1);
  });
});

describe('what another origin may not use', () => {
  it('is refused with words, without asking the server', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    const refusals = await page.evaluate(async () => {
      const why = ({ code, message }: { code: string; message: string }) => `${code}: ${message}`;
      return [
        await breakwater.login({ username: 'a', password: 'b' }).catch(why),
        await breakwater.startEtl({ a: 1 }).catch(why),
        await breakwater.subscribe(['logs'], () => undefined, { project: 'p' }).catch(why),
      ];
    });
    for (const refusal of refusals) expect(refusal).toContain(`works on pages of ${sdk.collector.url} alone`);
  });
});
