/** What a page says of itself besides its vitals, and what it is never made to say. */
import { describe, expect, it } from 'vitest';
import { isType, pageOf, trackOn, useSdkPages, whenLoaded } from './sdk-pages.ts';

const sdk = useSdkPages();
const ERRORS = `<button id="throw">Throw</button><button id="reject">Reject</button>
  <script>
    function pay(amount) { throw new TypeError('no such account: https://api.example/pay?card=4111'); }
    document.querySelector('#throw').onclick = () => pay(5);
    document.querySelector('#reject').onclick = () => Promise.reject(new RangeError('too much'));
  </script>`;

const isError = ({ stream }: { stream: string }) => stream === 'errors';

describe('errors', () => {
  it('are stored with their stacks, whether thrown or rejected', async () => {
    sdk.put('/pay', `${sdk.tag()}${ERRORS}`);
    const page = await sdk.open('/pay?card=4111');
    await whenLoaded(page);
    await page.locator('#throw').click();
    await page.locator('#reject').click();
    const [thrown, rejected] = await sdk.stored('both', isError, 2);
    expect(thrown).toMatchObject({
      ...{ stream: 'errors', level: 'error', type: 'TypeError', message: 'no such account: https://api.example/pay' },
      attrs: { handled: false, mechanism: 'onerror', labels: { page: '/pay' } },
    });
    expect(thrown?.attrs?.stack).toMatch(new RegExp(`at pay \\(${sdk.site.url}/pay:\\d+:\\d+\\)`));
    expect(rejected).toMatchObject({
      type: 'RangeError',
      message: 'too much',
      attrs: { mechanism: 'unhandledrejection' },
    });
    expect(JSON.stringify(sdk.collector.records())).not.toContain('4111');
  });

  it('that are the same are told once a page view, and counted', async () => {
    sdk.put('/pay', `${sdk.tag()}${ERRORS}`);
    const page = await sdk.open('/pay');
    await whenLoaded(page);
    for (let i = 0; i < 4; i++) await page.locator('#throw').click();
    await page.evaluate(() => breakwater.flush());
    await page.evaluate(() => history.pushState({}, '', '/pay/again'));
    await page.locator('#throw').click();
    await page.evaluate(() => breakwater.flush());
    expect(sdk.collector.records().filter(isError).map(pageOf)).toEqual(['/pay', '/pay/again']);
    expect(sdk.collector.lost()).toEqual({ repeated: 3 });
  });

  it('are at most fifty different ones a page view', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(() => {
      for (let i = 0; i < 60; i++) breakwater.captureError(new Error(`number ${i}`));
      return breakwater.flush();
    });
    await trackOn(page, 'later');
    expect(sdk.collector.records().filter(isError)).toHaveLength(50);
    expect(sdk.collector.lost()).toEqual({ flood: 10 });
  });

  it('may be anything that can be thrown', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(() => {
      const things = [
        'a text',
        7,
        null,
        undefined,
        { secret: 's3cret', message: 's3cret', name: 's3cret', stack: 's3cret', toString: () => 's3cret' },
        ['s3cret'],
        () => 's3cret',
        Object.create(null),
        Symbol('s'),
        new DOMException('gone', 'AbortError'),
      ];
      for (const thing of things) breakwater.captureError(thing, { step: 'pay' });
      return breakwater.flush();
    });
    const told = sdk.collector.records().filter(isError);
    expect(told.map(({ type, message }) => [type, message])).toEqual([
      ['Error', 'a text'],
      ['Error', '7'],
      ['Error', 'null'],
      ['Error', 'undefined'],
      ['Error', '[object Object]'],
      ['Error', '[object Array]'],
      ['Error', '[object Function]'],
      ['AbortError', 'gone'],
    ]);
    expect(told[0]?.attrs).toMatchObject({ handled: true, mechanism: 'capture', step: 'pay' });
    expect(JSON.stringify(told)).not.toContain('s3cret');
  });

  it('of a frame are errors as well', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const { RangeError: Theirs } = frame.contentWindow as unknown as typeof globalThis;
      breakwater.captureError(new Theirs('too much'));
      return breakwater.flush();
    });
    expect(sdk.collector.records().filter(isError)).toMatchObject([{ type: 'RangeError', message: 'too much' }]);
  });

  it('with a long text cost no more than what is sent of it', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    const ms = await page.evaluate(async () => {
      const error = new Error('https://a.b/'.repeat(30_000));
      const fromMs = performance.now();
      breakwater.captureError(error);
      const tookMs = performance.now() - fromMs;
      await breakwater.flush();
      return tookMs;
    });
    expect(ms).toBeLessThan(5_000);
    expect(sdk.collector.records().find(isError)?.message).toHaveLength(1_000);
  });

  it('may be told again after a return from the cache of the browser', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(() => {
      const error = new Error('again');
      breakwater.captureError(error);
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      breakwater.captureError(error);
      return breakwater.flush();
    });
    expect(sdk.collector.records().filter(isError)).toHaveLength(2);
  });

  it('of resources say which did not load', async () => {
    sdk.put('/', `${sdk.tag()}<p>Text`);
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(() => document.body.append(Object.assign(new Image(), { src: '/missing.bmp?token=s3cret' })));
    const [failed] = await sdk.stored('the failure', isType('ResourceError'));
    expect(failed).toMatchObject({
      ...{ stream: 'errors', level: 'warn', message: `img did not load: ${sdk.site.url}/missing.bmp` },
      attrs: { mechanism: 'resource', handled: false },
    });
  });
});

describe('a page', () => {
  it('says what happens in its own words, who the visitor is, and how long things take', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    const results = await page.evaluate(async () => {
      breakwater.track('before');
      breakwater.identify('user-7');
      breakwater.track('checkout', { items: 3 });
      breakwater.measure('cart.value', 99.5, { unit: 'EUR', labels: { currency: 'EUR' } });
      const sync = breakwater.measure('sort', () => 5);
      const later = await breakwater.measure('load', () => new Promise((resolve) => setTimeout(resolve, 30, 'loaded')));
      let thrown = '';
      try {
        breakwater.measure('fails', () => {
          throw new Error('of the page');
        });
      } catch (error) {
        thrown = (error as Error).message;
      }
      breakwater.identify(null);
      breakwater.track('after');
      await breakwater.flush();
      return [sync, later, thrown];
    });
    expect(results).toEqual([5, 'loaded', 'of the page']);
    const userOf = (message: string) =>
      sdk.collector.arrivals.find(({ beacon }) => beacon.records.some((record) => record.message === message))?.beacon
        .common.userId;
    expect([userOf('before'), userOf('checkout'), userOf('after')]).toEqual([undefined, 'user-7', undefined]);
    const records = sdk.collector.records();
    expect(records.find(({ message }) => message === 'checkout')).toMatchObject({
      stream: 'logs',
      type: 'event',
      attrs: { items: 3 },
    });
    const metric = (name: string) => records.find(({ attrs }) => attrs?.name === name);
    expect(metric('cart.value')).toMatchObject({
      stream: 'metrics',
      attrs: { value: 99.5, unit: 'EUR', labels: { currency: 'EUR', page: '/' } },
    });
    expect(metric('load')?.attrs?.value).toBeGreaterThanOrEqual(29);
    expect(metric('sort')?.attrs?.unit).toBe('ms');
    expect(metric('fails')?.attrs?.value).toBeGreaterThanOrEqual(0);
  });

  it('sees its own rejections as its own, when they are of what it measures', async () => {
    const page = await sdk.open('/');
    await whenLoaded(page);
    const seen = await page.evaluate(async () => {
      const unhandled = new Promise((resolve) =>
        addEventListener('unhandledrejection', ({ reason }) => resolve(String(reason))),
      );
      breakwater.measure('load', () => Promise.reject(new RangeError('of the page')));
      return unhandled;
    });
    expect(seen).toBe('RangeError: of the page');
    await page.evaluate(() => breakwater.flush());
    expect(sdk.collector.records().filter(isError)).toMatchObject([{ message: 'of the page' }]);
    expect(sdk.collector.records().find(({ attrs }) => attrs?.name === 'load')?.attrs?.unit).toBe('ms');
  });

  it('that calls wrongly before the script is there loses that call alone', async () => {
    sdk.put('/', `<script>breakwater = [['no such call'], null, ['track', 'behind them']]</script>${sdk.tag()}<p>Text`);
    const page = await sdk.open('/');
    await whenLoaded(page);
    const thrown = await page.evaluate(() => {
      try {
        (breakwater as unknown as unknown[]).push(['nor this']);
        return null;
      } catch (error) {
        return String(error);
      }
    });
    await page.evaluate(() => breakwater.flush());
    expect(thrown).toBeNull();
    expect(
      sdk.collector
        .records()
        .filter(isType('event'))
        .map(({ message }) => message),
    ).toEqual(['behind them']);
    expect(sdk.collector.lost()).toEqual({ internal: 3 });
  });

  it('is summed up by what kept it busy', async () => {
    sdk.put('/busy', `${sdk.tag()}<p>Text`);
    const page = await sdk.open('/busy');
    await whenLoaded(page);
    await page.evaluate(async () => {
      for (let i = 0; i < 2; i++) {
        await new Promise((resolve) => setTimeout(resolve));
        const end = performance.now() + 120;
        while (performance.now() < end);
      }
    });
    await page.goto(`${sdk.site.url}/next`);
    const [blocked] = await sdk.stored('the sum', ({ attrs }) => attrs?.name === 'browser.blocked');
    expect(pageOf(blocked as never)).toBe('/busy');
    expect(blocked?.attrs?.value).toBeGreaterThanOrEqual(60);
    expect(blocked?.attrs?.count).toBeGreaterThanOrEqual(1);
  });

  it('may call before the script is there', async () => {
    sdk.put(
      '/',
      `<script>breakwater = [['identify', 'user-1'], ['track', 'early', { first: true }]]</script>${sdk.tag()}<p>Text`,
    );
    const page = await sdk.open('/');
    await whenLoaded(page);
    await page.evaluate(() => (breakwater as unknown as unknown[]).push(['track', 'late']));
    await page.evaluate(() => breakwater.flush());
    const events = sdk.collector.records().filter(isType('event'));
    expect(events.map(({ message }) => message)).toEqual(['early', 'late']);
    expect(sdk.collector.arrivals.at(-1)?.beacon.common.userId).toBe('user-1');
  });

  it('says what holds for all of its records once', async () => {
    sdk.put('/', `${sdk.tag('data-service="shop-web" data-release="1.4.0" data-sample-rate="1"')}<p>Text`);
    const page = await sdk.open('/?a=1');
    await whenLoaded(page);
    await page.evaluate(() => breakwater.flush());
    const [first] = sdk.collector.arrivals;
    expect(first?.beacon.common).toMatchObject({
      ...{ service: 'shop-web', sampleRate: 1, url: `${sdk.site.url}/`, labels: { release: '1.4.0' } },
      sessionId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    expect(first?.beacon.id).toMatch(/^[\da-f-]{36}$/);
    expect(Math.abs((first?.beacon.sentAt ?? 0) - Date.now())).toBeLessThan(30_000);
  });

  it('changes or drops records before they are kept', async () => {
    sdk.put(
      '/',
      `<script type="module">
      await new Promise((resolve) => { const look = () => globalThis.breakwater ? resolve() : setTimeout(look, 5); look(); });
      breakwater.init({ key: 'bw_a.b.c.d', url: '${sdk.collector.url}', labels: { team: 'pay' }, page: (url) => 'route of ' + url.pathname,
        beforeSend: (record) => record.message === 'secret' ? null : { ...record, message: (record.message ?? '').toUpperCase() } });
      breakwater.track('secret'); breakwater.track('loud'); await breakwater.flush(); document.title = 'sent';
    </script><script async src="${sdk.collector.url}/api/js/client.min.js"></script>`,
    );
    const page = await sdk.open('/');
    await page.waitForFunction(() => document.title === 'sent');
    const records = sdk.collector.records();
    expect(records.filter(isType('event')).map((record) => [record.message, pageOf(record)])).toEqual([
      ['LOUD', 'route of /'],
    ]);
    expect(sdk.collector.arrivals[0]?.beacon.common.labels).toMatchObject({ team: 'pay' });
  });
});

describe('a session', () => {
  it('goes on from page to page of a tab, and is another one in another', async () => {
    const context = await sdk.context();
    const page = await sdk.open('/', context);
    await whenLoaded(page);
    await page.evaluate(() => breakwater.flush());
    await page.goto(`${sdk.site.url}/next`);
    await whenLoaded(page);
    await page.evaluate(() => breakwater.flush());
    const other = await sdk.open('/', context);
    await whenLoaded(other);
    await other.evaluate(() => breakwater.flush());
    const sessions = new Set(sdk.collector.arrivals.map(({ beacon }) => beacon.common.sessionId));
    expect(sessions.size).toBe(2);
    expect(await context.cookies()).toEqual([]);
  });

  it('that is not in the sample sends nothing', async () => {
    sdk.put('/', `${sdk.tag('data-sample-rate="0"')}<p>Text`);
    const page = await sdk.open('/');
    await whenLoaded(page);
    await trackOn(page, 'x');
    await page.goto('about:blank');
    expect(sdk.collector.arrivals).toEqual([]);
  });
});

describe('a visitor who objects', () => {
  it.each(['doNotTrack', 'globalPrivacyControl'])(
    'by %s leaves no trace: nothing is sent, stored or patched',
    async (name) => {
      const context = await sdk.context();
      await context.addInitScript((property) => {
        const value = property === 'doNotTrack' ? '1' : true;
        Object.defineProperty(Navigator.prototype, property, { value });
      }, name);
      const page = await sdk.open('/', context);
      await whenLoaded(page);
      await page.evaluate(() => {
        breakwater.track('x');
        breakwater.captureError(new Error('y'));
        return breakwater.flush();
      });
      expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([
        0,
        0,
        '',
      ]);
      expect(await page.evaluate(() => breakwater.measure('still', () => 'works'))).toBe('works');
      await page.goto('about:blank');
      expect(sdk.collector.arrivals).toEqual([]);
    },
  );
});
