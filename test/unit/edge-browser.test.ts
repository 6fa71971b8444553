import { list } from 'isbot';
import { describe, expect, it } from 'vitest';
import { isCrawler, NO_CRAWLERS } from '../../src/edge/bots.ts';
import { browserClient, nameBrowser } from '../../src/edge/browser.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
const PIXEL =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36';
const TABLET =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0';
const BRAVIA =
  'Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
const HEADLESS =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/153.0.0.0 Safari/537.36';

const NO_HINTS = { brands: '', mobile: '', platform: '' };

describe('device, browser and system', () => {
  it.each([
    [CHROME, 'desktop', 'Chrome', 'Windows'],
    [PIXEL, 'mobile', 'Chrome', 'Android'],
    [TABLET, 'tablet', 'Chrome', 'Android'],
    [IPHONE, 'mobile', 'Safari', 'iOS'],
    [IPAD, 'tablet', 'Safari', 'iOS'],
    [MAC, 'desktop', 'Firefox', 'macOS'],
    [BRAVIA, 'tv', 'Chrome', 'Android'],
    [HEADLESS, 'desktop', 'Headless Chrome', 'Linux'],
    ['curl/8.5.0', 'other', 'curl', 'other'],
    ['', 'other', 'other', 'other'],
  ])('are read from %s', (userAgent, device, browser, os) => {
    expect(nameBrowser({ userAgent, ...NO_HINTS })).toEqual({ device, browser, os, isCrawler: false });
  });

  it.each([
    ['a phone', { userAgent: TABLET, mobile: '?1', platform: '"Android"', brands: '' }, { device: 'mobile' }],
    ['a tablet', { userAgent: PIXEL, mobile: '?0', platform: '"Android"', brands: '' }, { device: 'tablet' }],
    ['Brave', { userAgent: CHROME, ...NO_HINTS, brands: '"Chromium";v="143", "Brave";v="143"' }, { browser: 'Brave' }],
    [
      'an Edge that says it is Chrome',
      { userAgent: CHROME, ...NO_HINTS, brands: '"Microsoft Edge";v="143"' },
      { browser: 'Edge' },
    ],
    ['a Chromebook', { userAgent: CHROME, ...NO_HINTS, platform: '"Chrome OS"' }, { os: 'ChromeOS' }],
    ['no platform we know', { userAgent: CHROME, ...NO_HINTS, platform: '"Plan 9"' }, { os: 'Windows' }],
    ['a broken hint', { userAgent: CHROME, brands: '"', mobile: 'yes', platform: '"' }, { device: 'desktop' }],
  ])('are told better by client hints: %s', (_, said, expected) => {
    expect(nameBrowser(said)).toMatchObject(expected);
  });

  it('come with the country that the platform found and the host that the browser names, and without the address', () => {
    const headers = new Headers({
      'user-agent': CHROME,
      origin: 'https://shop.example:8443',
      'cf-connecting-ip': '203.0.113.9',
      'cf-ipcountry': 'US',
    });
    const client = browserClient(headers, 'DE');
    expect(client).toEqual({
      ...{ device: 'desktop', browser: 'Chrome', os: 'Windows', isCrawler: false },
      ...{ country: 'DE', site: 'shop.example:8443' },
    });
    expect(browserClient(new Headers({ origin: 'null' }), null)).toMatchObject({ site: null, country: null });
  });

  it('cost little of headers that were made to cost much', () => {
    for (const unit of ['Tizen', 'Silk/', ' TV', '"']) {
      const long = unit.repeat(40_000);
      const startedMs = performance.now();
      browserClient(new Headers({ 'user-agent': long, 'sec-ch-ua': long, 'sec-ch-ua-platform': long }), null);
      expect(performance.now() - startedMs, unit).toBeLessThan(250);
    }
  });

  it('are the same however many others came between', () => {
    const first = browserClient(new Headers({ 'user-agent': MAC }), null);
    for (let i = 0; i < 1_500; i++) browserClient(new Headers({ 'user-agent': `${CHROME} ${i}` }), null);
    expect(browserClient(new Headers({ 'user-agent': MAC }), null)).toEqual(first);
    expect(browserClient(new Headers({ 'user-agent': 'x'.repeat(5_000) }), null)).toMatchObject({ browser: 'other' });
  });
});

describe('a crawler', () => {
  it.each([
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; GPTBot/1.2; +https://openai.com/gptbot',
    'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
    'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)',
  ])('says so: %s', (userAgent) => {
    expect(isCrawler(userAgent)).toBe(true);
  });

  it.each([
    ...[CHROME, PIXEL, TABLET, IPHONE, IPAD, MAC, BRAVIA, HEADLESS, ''],
    'curl/8.5.0',
    'node',
    'undici',
    'python-requests/2.32.3',
    'Go-http-client/2.0',
    'okhttp/4.12.0',
    'axios/1.7.2',
    'Apache-HttpClient/4.5.14 (Java/17.0.9)',
    `${CHROME} Chrome-Lighthouse`,
    `${CHROME} PTST/240101.000000`,
    'Mozilla/5.0 (Windows NT 6.2; WOW64) AppleWebKit/537.4 (KHTML, like Gecko) Chrome/98 Safari/537.4 (StatusCake)',
    'Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36',
    `${IPHONE} Instagram 300.0`,
  ])('is none of these: %s', (userAgent) => {
    expect(isCrawler(userAgent)).toBe(false);
  });

  it('is not told by patterns that the list has no more, so that an update of it is looked at', () => {
    expect(NO_CRAWLERS.filter((pattern) => !list.includes(pattern))).toEqual([]);
  });
});
