/** A customer's page, of another origin, sends with a browser key: what only a browser decides, which is CORS. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../helpers/node/browser.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const chromium = await launchBrowser();
const absent = chromium.kind === 'absent' ? chromium.reason : null;

let worker: StartedWorkerd;
let browser: Browser;
let shop: Server;
let port: number;
let projectId: string;
let key: string;
let stored: () => Promise<number>;

beforeAll(async () => {
  if (chromium.kind === 'absent') return;
  browser = chromium.browser;
  shop = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>Shop</title>'));
  await new Promise<void>((resolve) => shop.listen(0, resolve));
  port = (shop.address() as AddressInfo).port;
  worker = await startWorkerd();
  const admin = await worker.signIn();
  ({ id: projectId } = (await admin.post('/api/projects', { name: 'Shop' })) as { id: string });
  const body = { name: 'page', scopes: ['ingest'], origins: [`http://127.0.0.1:${port}`] };
  ({ key } = (await admin.post(`/api/projects/${projectId}/keys`, body)) as { key: string });
  stored = async () => ((await admin.get(`/api/projects/${projectId}/ledger`)) as { stored: number }).stored;
});
beforeEach((test) => test.skip(absent !== null, absent ?? ''));
afterAll(async () => {
  if (chromium.kind === 'absent') return;
  await browser.close();
  shop.close();
  await worker?.stop(); // absent when the start itself failed
});

/** What the script of a page of this host sees of the answer. */
async function sendFrom(host: string, sent: { key: string; headers?: Record<string, string>; body: string }) {
  const page = await browser.newPage();
  await page.goto(`http://${host}:${port}/`);
  const seen = await page.evaluate(
    async ({ url, key, headers, body }) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        body,
      });
      const { code, stored } = (await response.json()) as { code?: string; stored?: number };
      return { status: response.status, code, stored, requestId: response.headers.get('x-request-id') };
    },
    { url: `${worker.url}/api/ingest`, headers: {}, ...sent },
  );
  await page.close();
  return seen;
}

describe('a page of another origin', () => {
  it('sends JSON with its key and reads the answer', async () => {
    const sent = { key, headers: { 'idempotency-key': 'page-1' }, body: '{"message":"from the shop"}' };
    expect(await sendFrom('127.0.0.1', sent)).toMatchObject({ status: 202, stored: 1, requestId: expect.any(String) });
  });

  it('reads why it is refused, and so need not repeat for ever', async () => {
    const body = '{"message":"x"}';
    expect(await sendFrom('localhost', { key, body })).toMatchObject({ status: 403, code: 'origin_refused' });
    expect(await sendFrom('127.0.0.1', { key: 'bw_x', body })).toMatchObject({ status: 401, code: 'key_invalid' });
  });

  it('sends a beacon of text as it is left', async () => {
    const before = await stored();
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.evaluate((url) => {
      addEventListener('pagehide', () => navigator.sendBeacon(url, '{"message":"bye"}'));
    }, `${worker.url}/api/ingest?key=${key}`);
    await page.goto(`http://localhost:${port}/`);
    await until('the beacon is stored', async () => (await stored()) === before + 1);
    await page.close();
  });
});
