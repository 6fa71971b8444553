/** A Chromium, a server of its own and a project with a key: what every browser suite starts from. */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type AdminSession, isObject } from '../../scripts/start/api.ts';
import { launchBrowser } from '../helpers/node/browser.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { enterPassword } from './account-steps.ts';

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** Errors of scripts, and what the security policy refused. */
  faults: string[];
}

export interface Dashboard {
  /** Why there is no Chromium; then every test is skipped and nothing is started. */
  readonly absent: string | null;
  readonly server: StartedWorkerd;
  /** Signed in as the administrator, for what a test needs but does not test. */
  readonly admin: AdminSession;
  readonly projectId: string;
  send(records: object | readonly object[], key?: string): Promise<void>;
  /** A new browser profile; `signedIn` begins with the administrator's cookies. */
  visit(options?: BrowserContextOptions & { signedIn?: boolean }): Promise<Visit>;
  signIn(page: Page): Promise<void>;
}

/** Call at the top of a suite: it registers the hooks that start and end everything, and skips where there is no Chromium. */
export async function useDashboard(projectName: string): Promise<Dashboard> {
  const chromium = await launchBrowser();
  const absent = chromium.kind === 'absent' ? chromium.reason : null;
  let server: StartedWorkerd;
  let admin: AdminSession;
  let projectId: string;
  let ingestKey: string;
  let storage: Awaited<ReturnType<BrowserContext['storageState']>> | null = null;
  const open: BrowserContext[] = [];

  beforeAll(async () => {
    if (absent !== null) return;
    // Not `npm start`, which takes four times the machine's time until it answers: archives.test.ts has a browser at that.
    server = await startWorkerd({ dashboard: true, crons: true });
    admin = await server.signIn();
    projectId = textIn(await admin.post('/api/projects', { name: projectName }), 'id');
    const keys = `/api/projects/${projectId}/keys`;
    ingestKey = textIn(await admin.post(keys, { name: 'browser test', scopes: ['ingest'] }), 'key');
  });
  beforeEach((test) => {
    test.skip(absent !== null, absent ?? '');
    return async () => {
      for (const context of open.splice(0)) await context.close();
    };
  });
  afterAll(async () => {
    if (chromium.kind === 'absent') return;
    await chromium.browser.close();
    await server?.stop(); // absent when the start itself failed
  });

  const signIn = async (page: Page) => {
    await enterPassword(page, server.url, 'admin', server.adminPassword);
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  };

  return {
    absent,
    get server() {
      return server;
    },
    get admin() {
      return admin;
    },
    get projectId() {
      return projectId;
    },
    signIn,
    async send(records, key = ingestKey) {
      const count = Array.isArray(records) ? records.length : 1;
      const answer = await fetch(`${server.url}/api/ingest`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(records),
      });
      expect(answer.status).toBe(202);
      expect(await answer.json()).toMatchObject({ received: count, stored: count, duplicate: 0, rejected: 0 });
    },
    async visit({ signedIn = false, ...options } = {}) {
      const state = signedIn && storage ? { storageState: storage } : {};
      if (chromium.kind === 'absent') throw new Error(chromium.reason);
      const context = await chromium.browser.newContext({
        viewport: { width: 1440, height: 900 },
        ...options,
        ...state,
      });
      // A busy machine is slow, not wrong.
      context.setDefaultTimeout(60_000);
      open.push(context);
      const { page, faults } = await watchedPage(context);
      if (signedIn && !storage) {
        await signIn(page);
        storage = await context.storageState();
      }
      return { context, page, faults };
    },
  };
}

/** `j` from above the first row to this one, as quickly as keys can be pressed: each counts, whether the last was drawn or not. */
export async function walkDown(page: Page, toRow: number): Promise<void> {
  for (let row = 1; row <= toRow; row++) await page.keyboard.press('j');
  await page.locator(`[role="row"][aria-selected="true"][aria-rowindex="${toRow}"]`).waitFor();
}

export function textIn(value: unknown, name: string): string {
  const text = isObject(value) ? value[name] : undefined;
  if (typeof text !== 'string') throw new Error(`no ${name} in ${JSON.stringify(value)}`);
  return text;
}

async function watchedPage(context: BrowserContext): Promise<{ page: Page; faults: string[] }> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A 401 of the first /me is how a signed-out visitor is recognised; the browser logs it whatever the page does.
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
  });
  return { page, faults };
}
