import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { runCron } from '../../src/cron.ts';
import { rulesOf } from '../../src/edge/index.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { LiveClient } from '../helpers/worker/live-client.ts';
import { logLines } from '../helpers/worker/log-lines.ts';

const SHOP = 'https://shop.example';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

let admin: SignedIn;
let projectId: string;
let key: string;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  ({ key } = await createKey(projectId, ['ingest'], [SHOP]));
});

const get = async () => (await callApp('GET', `/api/projects/${projectId}/browser`, { as: admin })).body;
const put = (body: unknown, options: object = {}) =>
  callApp('PUT', `/api/projects/${projectId}/browser`, { as: admin, body, ...options });
const limiter = () => env.LIMITER.getByName(`project:${projectId}`);

async function vital(page: string, userAgent = IPHONE): Promise<void> {
  const body = { stream: 'vitals', attrs: { name: 'LCP', value: 1, page } };
  await callApp('POST', '/api/ingest', { key, body, headers: { origin: SHOP, 'user-agent': userAgent } });
}
const pages = async () =>
  (await everyRecord(projectId)).map(({ attrs }) => (attrs.labels as Record<string, string>).page);

describe('the rules of a project', () => {
  it('are the built-in ones until they are changed; a change is audited, in versions, and felt by the next record', async () => {
    expect(await get()).toEqual({ pageRules: [], bots: 'drop', version: 0, changedAtMs: null, changedBy: null });
    await vital('/shop/shoes/blue');
    const changed = await put({ pageRules: ['/shop/:category/*'], bots: 'keep' });
    expect([changed.status, changed.body]).toMatchObject([
      200,
      { pageRules: ['/shop/:category/*'], bots: 'keep', version: 1, changedBy: admin.userId },
    ]);
    expect(await get()).toEqual(changed.body);
    await vital('/shop/shoes/blue');
    await vital('/shop/shoes/red', GOOGLEBOT);
    expect(await pages()).toEqual(['/shop/shoes/blue', '/shop/:category/*', '/shop/:category/*']);
    expect((await auditOf(projectId)).filter(({ action }) => action === 'browser_rules.change')).toMatchObject([
      { actor_id: admin.userId, detail: { version: 1, pageRules: ['/shop/:category/*'], bots: 'keep' } },
    ]);
  });

  it('change nothing when they are sent again, and are not laid over what somebody else changed', async () => {
    const rules = { pageRules: ['/u/*'], bots: 'drop' };
    await put(rules);
    expect((await put({ ...rules, version: 0 })).body.version).toBe(1);
    const lost = await put({ pageRules: [], bots: 'drop', version: 0 });
    expect([lost.status, lost.body.code, lost.body.version]).toEqual([409, 'browser_rules_changed', 1]);
    expect((await put({ pageRules: [], bots: 'drop', version: 1 })).body.version).toBe(2);
    expect((await auditOf(projectId)).filter(({ action }) => action === 'browser_rules.change')).toHaveLength(2);
  });

  it.each([
    [{ pageRules: ['u/*'], bots: 'drop' }, '/pageRules/0'],
    [{ pageRules: ['/u/*', '/u/*'], bots: 'drop' }, '/pageRules'],
    [{ pageRules: Array.from({ length: 101 }, (_, i) => `/r${i}`), bots: 'drop' }, '/pageRules'],
    [{ pageRules: [], bots: 'maybe' }, '/bots'],
    [{ bots: 'drop' }, '/pageRules'],
  ])('refuse %#', async (body, pointer) => {
    const answer = await put(body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('outlive the eviction of the limiter, and an older version that comes late changes nothing', async () => {
    await put({ pageRules: ['/u/*'], bots: 'keep' });
    await limiter().useBrowserRules({ pageRules: [], bots: 'drop', version: 0 });
    await evictDurableObject(limiter());
    expect(await limiter().browserRules()).toEqual({ pageRules: ['/u/*'], bots: 'keep', version: 1 });
  });

  it('that could not be told are stored and not in force: 503 says so, a repeat or cron tells them', async () => {
    const real = limiter();
    const deaf = {
      getByName: (name: string) =>
        name.startsWith('project:')
          ? { useBrowserRules: () => Promise.reject(new Error('away')) }
          : env.LIMITER.getByName(name),
    };
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const rules = { pageRules: ['/u/*'], bots: 'drop' };
    const failed = await put(rules, { app: createApp(), env: { ...env, LIMITER: deaf } });
    expect([failed.status, failed.body.code]).toEqual([503, 'browser_rules_pending']);
    expect(logged.mock.calls.some(([line]) => String(line).includes('browser_rules_not_told'))).toBe(true);
    logged.mockRestore();
    expect((await real.browserRules()).version).toBe(0);
    const lines = logLines();
    await runCron({ cron: '1-56/5 * * * *' }, env);
    expect(lines).toContainEqual(expect.objectContaining({ job: 'browser_rules', counts: { told: 1, failed: 0 } }));
    expect((await real.browserRules()).version).toBe(1);
    expect((await put(rules)).status).toBe(200);
  });

  it('are asked for once a minute by an isolate, which goes on by what it knows when the limiter is away', async () => {
    let [asked, isAway] = [0, false];
    const counting = {
      getByName: (name: string) => ({
        browserRules: async () => {
          asked++;
          if (isAway) throw new Error('away');
          return env.LIMITER.getByName(name).browserRules();
        },
      }),
    };
    const at = (nowMs: number) => ({
      ...testCtx({ nowMs }),
      env: { ...env, LIMITER: counting } as unknown as typeof env,
    });
    const startMs = Date.now();
    const first = await rulesOf(at(startMs), projectId);
    expect(await rulesOf(at(startMs + 59_000), projectId)).toBe(first);
    expect(asked).toBe(1);
    // Told by another isolate, as far as this one knows.
    await limiter().useBrowserRules({ pageRules: ['/u/*'], bots: 'drop', version: 1 });
    const second = await rulesOf(at(startMs + 60_000), projectId);
    expect([...second.patterns]).toEqual(['/u/*']);
    isAway = true;
    const logged = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')].map((spy) =>
      spy.mockImplementation(() => undefined),
    );
    expect(await rulesOf(at(startMs + 120_000), projectId)).toBe(second);
    expect(logged[0]?.mock.calls.map(([line]) => JSON.parse(String(line)))).toMatchObject([
      { level: 'warn', event: 'browser_rules_unknown', projectId, version: 1 },
    ]);
    for (const spy of logged) spy.mockRestore();
    expect(await rulesOf(at(startMs + 124_000), projectId)).toBe(second);
    isAway = false;
    expect(await rulesOf(at(startMs + 126_000), projectId)).toBe(second);
    expect(asked).toBe(4);
  });

  it('can be tried before: POST …/browser/preview says what paths would be called', async () => {
    const viewer = await signInAs('viewer', [projectId]);
    const preview = (body: unknown) =>
      callApp('POST', `/api/projects/${projectId}/browser/preview`, { as: viewer, body });
    await put({ pageRules: ['/u/*'], bots: 'drop' });
    const paths = ['/u/jane', 'https://shop.example/users/1?x=1'];
    expect((await preview({ paths })).body).toEqual({
      items: [
        { path: '/u/jane', page: '/u/*', rule: '/u/*' },
        { path: 'https://shop.example/users/1?x=1', page: '/users/:id', rule: null },
      ],
    });
    const tried = await preview({ paths, pageRules: ['/:section/:who'] });
    expect(tried.body.items.map(({ page }: { page: string }) => page)).toEqual(['/:section/:who', '/:section/:who']);
    expect((await preview({ paths: Array.from({ length: 201 }, () => '/') })).status).toBe(400);
  });
});

describe('sockets of pages', () => {
  it('share an append, and each has its own browser; rules are felt, and the address is nowhere', async () => {
    await put({ pageRules: ['/u/*'], bots: 'drop' });
    const open = (userAgent: string) =>
      LiveClient.open({
        ...{ project: projectId, key },
        headers: { origin: SHOP, 'user-agent': userAgent, 'cf-connecting-ip': '198.51.100.23', 'cf-ipcountry': 'FR' },
      });
    const [phone, crawler] = [await open(IPHONE), await open(GOOGLEBOT)];
    const payload = { stream: 'vitals', attrs: { name: 'LCP', value: 1, url: 'https://shop.example/u/jane?s3cret' } };
    phone.send({ type: 'TELEMETRY', id: 1, payload });
    crawler.send({ type: 'TELEMETRY', id: 2, payload });
    expect(await phone.next()).toMatchObject({ type: 'ACK', id: 1, stored: 1 });
    expect(await crawler.next()).toMatchObject({ type: 'ACK', id: 2, stored: 0, rejected: 1 });
    const records = await everyRecord(projectId);
    expect(records.map(({ attrs }) => attrs.labels)).toEqual([
      { page: '/u/*', site: 'shop.example', device: 'mobile', browser: 'Safari', os: 'iOS', country: 'FR' },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/198\.51\.100|s3cret/);
    // Another project's rules are asked for as well after the hub has slept.
    await evictDurableObject(env.HUB.getByName(projectId));
    expect(await phone.ask({ type: 'TELEMETRY', id: 3, payload })).toMatchObject({ type: 'ACK', stored: 1 });
    expect((await everyRecord(projectId))[1]?.attrs.labels).toMatchObject({ page: '/u/*', device: 'mobile' });
  });
});
