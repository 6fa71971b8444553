/** What the suites of the SDK have in common: a browser, a site, a collector, and pages with the script tag. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { BeaconRecord } from '../../src/wire/beacon.ts';
import { launchBrowser } from '../helpers/node/browser.ts';
import { until } from '../helpers/node/temporary.ts';
import { type Collector, startCollector } from './sdk-collector.ts';
import { type Site, startSite } from './sdk-site.ts';

export const KEY = 'bw_test.k1.claims.signature';

export interface SdkPages {
  site: Site;
  collector: Collector;
  browser: Browser;
  /** The script tag, with further attributes. */
  tag(attributes?: string): string;
  /** A page of the site; without `html` it holds some text. */
  put(path: string, html?: string, headers?: Record<string, string>): void;
  /** Of a visitor of the test's own, with empty storage. */
  open(path: string, context?: BrowserContext): Promise<Page>;
  context(): Promise<BrowserContext>;
  /** Waits for stored records that `wanted` picks; returns those. */
  stored(what: string, wanted: (record: BeaconRecord) => boolean, atLeast?: number): Promise<BeaconRecord[]>;
}

const chromium = await launchBrowser();
const absent = chromium.kind === 'absent' ? chromium.reason : null;

export function useSdkPages(): SdkPages {
  const pages = {} as SdkPages;
  let contexts: BrowserContext[] = [];

  beforeAll(async () => {
    if (chromium.kind === 'absent') return;
    pages.browser = chromium.browser;
    pages.site = await startSite();
  });
  beforeEach(async (test) => {
    test.skip(absent !== null, absent ?? '');
    pages.collector = await startCollector();
    pages.site.pages.clear();
    pages.put('/');
    pages.put('/next');
  });
  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts = [];
    await pages.collector?.stop();
  });
  afterAll(async () => {
    if (chromium.kind === 'absent') return;
    await chromium.browser.close();
    await pages.site?.stop();
  });

  pages.tag = (attributes = '') =>
    `<script async src="${pages.collector.url}/api/js/client.min.js" data-key="${KEY}" ${attributes}></script>`;
  pages.put = (path, html = `<title>Shop</title>${pages.tag()}<p>Some text that is painted`, headers = {}) => {
    pages.site.pages.set(path, { html: `<!doctype html><meta charset="utf-8">${html}`, headers });
  };
  pages.context = async () => {
    const context = await pages.browser.newContext();
    contexts.push(context);
    return context;
  };
  pages.open = async (path, context) => {
    const page = await (context ?? (await pages.context())).newPage();
    await page.goto(pages.site.url + path);
    return page;
  };
  pages.stored = (what, wanted, atLeast = 1) =>
    until(`${what} is stored`, () => {
      const found = pages.collector.records().filter(wanted);
      return found.length >= atLeast && found;
    });
  return pages;
}

export const isVital = (name: string) => (record: BeaconRecord) =>
  record.stream === 'vitals' && record.attrs?.name === name;
export const isType = (type: string) => (record: BeaconRecord) => record.type === type;
export const pageOf = ({ attrs }: BeaconRecord) => (attrs?.labels as { page?: string } | undefined)?.page;
/** The SDK is there. */
export const whenLoaded = (page: Page) =>
  page.waitForFunction(() => 'breakwater' in globalThis && !Array.isArray(breakwater));

declare global {
  var breakwater: typeof import('../../src/sdk/index.ts');
}

/** An event that is sent at once; returns when it is answered for, or has to wait. */
export const trackOn = (page: Page, message: string) =>
  page.evaluate((text) => {
    breakwater.track(text);
    return breakwater.flush();
  }, message);
