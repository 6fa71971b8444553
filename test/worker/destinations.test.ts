import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isHeaderValue } from '../../src/delivery/destinations/definition/sealing.ts';
import { unknownDestinations } from '../../src/delivery/index.ts';
import { parseConfig } from '../../src/env.ts';
import { DEFAULT_BREAKER, MAX_DESTINATIONS } from '../../src/wire/delivery.ts';
import { MAIL_PRESETS } from '../../src/wire/mail-presets.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type CallOptions, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { RecordingDestinations } from '../helpers/worker/destination-object.ts';

const SLACK_URL = 'https://hooks.slack.com/services/T000/B000/XXXXSECRET';
const WEBHOOK = { name: 'On-call', url: 'https://receiver.example/hooks/1' };

let admin: SignedIn;
let projectId: string;
let objects: RecordingDestinations;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  objects = new RecordingDestinations();
});

const call = (method: string, path: string, options: CallOptions = {}) =>
  callApp(method, `${path}${path.includes('?') ? '&' : '?'}project=${projectId}`, {
    as: admin,
    app: objects.app(),
    ...options,
  });
const create = (body: object = {}, options: CallOptions = {}) =>
  call('POST', '/api/destinations', { body: { ...WEBHOOK, ...body }, ...options });
const get = (id: string, options: CallOptions = {}) => call('GET', `/api/destinations/${id}`, options);
const put = (id: string, body: object, options: CallOptions = {}) =>
  call('PUT', `/api/destinations/${id}`, { body, ...options });
/** Signed in so long ago that it counts as no proof. */
async function stale(as: SignedIn): Promise<void> {
  await env.DB.prepare('UPDATE sessions SET proven_at_ms = 0 WHERE id = ?1').bind(as.sessionId).run();
}

describe('a destination', () => {
  it('is made with what is usual, a secret that is shown once, and an object that knows it before the answer', async () => {
    const made = await create();
    expect(made.status).toBe(201);
    const { secret, ...shown } = made.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).toEqual({
      ...{ id: expect.stringMatching(/^dst_/), projectId, ...WEBHOOK, kind: 'webhook', headers: [], template: null },
      ...{ timeoutMs: 5_000, ordered: false, maxPerSecond: 50, warmProbe: false, breaker: DEFAULT_BREAKER },
      secrets: [
        { id: expect.any(String), kind: 'v1', publicKey: null, createdAtMs: shown.createdAtMs, expiresAtMs: null },
      ],
      ...{ disabled: false, disabledReason: null, version: 1, confirmed: true },
      ...{ createdAtMs: expect.any(Number), changedAtMs: shown.createdAtMs },
    });
    expect((await get(shown.id)).body).toEqual(shown);
    expect((await call('GET', '/api/destinations')).body).toEqual({ items: [shown], nextCursor: null });
    expect(objects.of(shown.id).config).toMatchObject({
      destinationId: shown.id,
      projectId,
      version: 1,
      disabled: false,
      ...WEBHOOK,
    });
    expect(await auditOf(shown.id)).toMatchObject([
      {
        ...{ action: 'destination.create', actor_id: admin.userId, project_id: projectId },
        detail: { name: 'On-call', kind: 'webhook', secretId: shown.secrets[0].id },
      },
    ]);
    expect(await unknownDestinations(env.DB, projectId, [shown.id, 'dst_other'])).toEqual(['dst_other']);
  });

  it('keeps the values of secret headers to itself and its object', async () => {
    const headers = [
      { name: 'Authorization', value: 'Bearer header-secret', secret: true },
      { name: 'X-Team', value: 'pay', secret: false },
    ];
    const made = await create({ headers });
    expect(made.body.headers).toEqual([{ ...headers[0], value: null }, headers[1]]);
    const [stored, plain] = objects.of(made.body.id).config?.headers ?? [];
    expect(isHeaderValue(parseConfig(env), made.body.id, stored?.value ?? '', 'Bearer header-secret')).toBe(true);
    expect(plain).toEqual(headers[1]);
    const row = await env.DB.prepare('SELECT * FROM destinations WHERE id = ?1').bind(made.body.id).first();
    const changed = await put(made.body.id, {
      version: 1,
      headers: [
        { ...headers[0], value: null },
        { ...headers[1], value: 'ops' },
      ],
    });
    expect(changed.body.headers[1].value).toBe('ops');
    expect(objects.of(made.body.id).config?.headers[0]).toEqual(stored);
    const seen = JSON.stringify([row, changed.body, (await get(made.body.id)).body, await auditOf(made.body.id)]);
    expect(seen).not.toContain('header-secret');
    expect(seen).not.toContain(made.body.secret.slice('whsec_'.length));
  });

  it('keeps no header whose value was never told', async () => {
    const header = { name: 'X-Key', value: null, secret: true };
    const refused = await create({ headers: [header] });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/headers/0/value']);
    const { body } = await create({ headers: [{ ...header, value: 'k1' }] });
    const unhidden = await put(body.id, { version: 1, headers: [{ ...header, secret: false }] });
    expect([unhidden.status, unhidden.body.errors[0].pointer]).toEqual([400, '/headers/0/value']);
  });

  it('shows its whole URL to administrators alone, because whoever has it may post', async () => {
    const { body } = await create({ kind: 'slack', url: SLACK_URL });
    const [viewer, { key }] = [await signInAs('viewer'), await createKey(projectId, ['query'])];
    expect((await get(body.id)).body.url).toBe(SLACK_URL);
    expect((await get(body.id, { as: viewer })).body.url).toBe('https://hooks.slack.com/…');
    expect((await callApp('GET', `/api/destinations/${body.id}`, { app: objects.app(), key })).body.url).toBe(
      'https://hooks.slack.com/…',
    );
    const [listed] = (await call('GET', '/api/destinations', { as: viewer })).body.items;
    expect(listed.url).toBe('https://hooks.slack.com/…');
    expect(JSON.stringify(await auditOf(body.id))).not.toContain('XXXXSECRET');
  });

  it('changes in what is named, in versions, audited with old and new, and its object knows it before the answer', async () => {
    const { body } = await create();
    const changed = await put(body.id, { version: 1, timeoutMs: 8_000, breaker: { openAbove: 0.5 } });
    expect(changed.status).toBe(200);
    const { secret: _, ...before } = body;
    const breaker = { ...DEFAULT_BREAKER, openAbove: 0.5 };
    expect(changed.body).toEqual({
      ...before,
      version: 2,
      timeoutMs: 8_000,
      breaker,
      changedAtMs: changed.body.changedAtMs,
    });
    expect(objects.of(body.id).config).toMatchObject({ version: 2, timeoutMs: 8_000, breaker });
    expect((await auditOf(body.id)).at(-1)).toMatchObject({
      action: 'destination.change',
      detail: {
        ...{ version: 2, changed: ['timeoutMs', 'breaker'] },
        before: { timeoutMs: 5_000, breaker: { openAbove: 0.25 } },
        after: { timeoutMs: 8_000, breaker: { openAbove: 0.5 } },
      },
    });
  });

  it('is not laid over what somebody else changed, and is answered as made where it is so already', async () => {
    const { body } = await create();
    await put(body.id, { version: 1, name: 'New' });
    const lost = await put(body.id, { version: 1, name: 'Other' });
    expect([lost.status, lost.body.code, lost.body.version]).toEqual([409, 'destination_changed', 2]);
    expect((await put(body.id, { version: 1, name: 'New' })).body.version).toBe(2);
    const both = await Promise.all([put(body.id, { version: 2, name: 'A' }), put(body.id, { version: 2, name: 'B' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await auditOf(body.id)).filter(({ action }) => action === 'destination.change')).toHaveLength(2);
  });

  it('is disabled and enabled again, also where its receiver has said that it is gone', async () => {
    const { body } = await create();
    const off = await put(body.id, { version: 1, disabled: true });
    expect([off.body.disabled, off.body.disabledReason]).toEqual([true, 'by_hand']);
    expect(objects.of(body.id).config?.disabled).toBe(true);
    expect((await put(body.id, { version: 2, disabled: false })).body.disabled).toBe(false);
    objects.of(body.id).isGone = true;
    expect((await get(body.id)).body).toMatchObject({ disabled: true, disabledReason: 'gone', version: 3 });
    expect((await put(body.id, { version: 3, disabled: false })).body.version).toBe(4);
    expect(objects.of(body.id).config).toMatchObject({ version: 4, disabled: false });
    expect((await auditOf(body.id)).at(-1)?.detail).toMatchObject({ version: 4, changed: ['gone'] });
  });

  it('is deleted with what its object keeps', async () => {
    const { body } = await create();
    expect((await call('DELETE', `/api/destinations/${body.id}`)).status).toBe(204);
    expect((await get(body.id)).status).toBe(404);
    expect((await call('DELETE', `/api/destinations/${body.id}`)).status).toBe(404);
    expect(objects.of(body.id).removed).toBe(1);
    expect(await env.DB.prepare('SELECT count(*) AS n FROM destinations WHERE id = ?1').bind(body.id).first('n')).toBe(
      0,
    );
    expect((await auditOf(body.id)).at(-1)).toMatchObject({
      action: 'destination.delete',
      detail: { name: 'On-call' },
    });
    expect(await unknownDestinations(env.DB, projectId, [body.id])).toEqual([body.id]);
  });

  it('is one of a hundred at most', async () => {
    await env.DB.batch(
      Array.from({ length: MAX_DESTINATIONS }, (_, i) =>
        env.DB.prepare(
          `INSERT INTO destinations (id, project_id, version, definition, secrets, sealed_with, created_at_ms, changed_at_ms, confirmed_version)
           VALUES (?1, ?2, 1, '{"name":"n"}', '[]', 'k1', 1, 1, 1)`,
        ).bind(`dst_${projectId}${i}`, projectId),
      ),
    );
    const refused = await create();
    expect([refused.status, refused.body.code]).toEqual([409, 'too_many_destinations']);
  });

  it('is listed in pages', async () => {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await create({ name: `d${i}` })).body.id);
    const first = (await call('GET', '/api/destinations?limit=2')).body;
    const second = (await call('GET', `/api/destinations?limit=2&cursor=${first.nextCursor}`)).body;
    const listed = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
    expect([listed.sort(), second.nextCursor]).toEqual([ids.sort(), null]);
    expect((await call('GET', '/api/destinations?cursor=x')).status).toBe(400);
  });

  it.each([
    [{ name: '' }, '/name', 'must not be empty'],
    [{ name: 'a\u0007' }, '/name', 'control characters'],
    [{ name: 'x'.repeat(129) }, '/name', 'at most 128'],
    [{ kind: 'fax' }, '/kind', 'must be one of'],
    [{ url: 'http://receiver.example/' }, '/url', 'must begin with https'],
    [{ url: 'https://10.0.0.1/' }, '/url', 'private'],
    [{ url: 'https://169.254.169.254/latest' }, '/url', 'link-local'],
    [{ url: 'https://user:pass@receiver.example/' }, '/url', 'secret header'],
    [{ url: 'http://localhost/hook' }, '/url', 'this deployment itself'],
    [{ url: 'https://metadata.google.internal/' }, '/url', 'local network'],
    [{ headers: [{ name: 'Host', value: 'x' }] }, '/headers/0/name', 'whoever sends'],
    [{ headers: [{ name: 'Content-Length', value: '1' }] }, '/headers/0/name', 'whoever sends'],
    [{ headers: [{ name: 'Transfer-Encoding', value: 'x' }] }, '/headers/0/name', 'whoever sends'],
    [{ headers: [{ name: 'Webhook-Signature', value: 'v1,x' }] }, '/headers/0/name', 'whoever sends'],
    [{ headers: [{ name: 'a b', value: 'x' }] }, '/headers/0/name', 'header name'],
    [{ headers: [{ name: 'x-a', value: 'x\r\nhost: y' }] }, '/headers/0/value', 'one line'],
    [{ headers: [{ name: 'x-a', value: ' x' }] }, '/headers/0/value', 'one line'],
    [{ headers: [{ name: 'x-a', value: 'ü' }] }, '/headers/0/value', 'printable ASCII'],
    [
      {
        headers: [
          { name: 'x-a', value: '1' },
          { name: 'X-A', value: '2' },
        ],
      },
      '/headers',
      'twice',
    ],
    [{ headers: Array.from({ length: 21 }, (_, i) => ({ name: `x-${i}`, value: '1' })) }, '/headers', 'at most 20'],
    [{ template: 'x'.repeat(16_385) }, '/template', 'at most 16384'],
    [{ template: '{"a":{{title}}' }, '/template', 'line 1, column 6'],
    [{ template: '[{{#each firings}}{{json this}}{{/each}}]' }, '/template', 'is no JSON'],
    [{ kind: 'email' }, '/template', 'needs a template'],
    [{ timeoutMs: 999 }, '/timeoutMs', 'from 1000 to 30000'],
    [{ timeoutMs: 30_001 }, '/timeoutMs', 'from 1000 to 30000'],
    [{ maxPerSecond: 0 }, '/maxPerSecond', 'from 1 to 1000'],
    [{ breaker: { openAbove: 0.1, closeBelow: 0.2 } }, '/breaker/closeBelow', 'more than openAbove'],
    [{ breaker: { minimumCalls: 101 } }, '/breaker/minimumCalls', 'more than windowCalls'],
    [{ breaker: { leaseMs: 2_000 } }, '/breaker/leaseMs', 'at least timeoutMs'],
    [{ breaker: { mood: 1 } }, '/breaker', 'does not take "mood"'],
    [{ version: 3 }, '', 'does not take "version"'],
  ])('is refused with %j', async (change, pointer, reason) => {
    const refused = await create(change);
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_input']);
    expect(refused.body.errors).toContainEqual({ pointer, reason: expect.stringContaining(reason) });
    const { body } = await create();
    if (!('version' in change)) {
      const late = await put(body.id, { version: 1, ...change });
      expect(late.body.errors?.[0]).toEqual({ pointer, reason: expect.stringContaining(reason) });
    }
    expect(objects.of(body.id).configured).toHaveLength(1);
  });

  it.each([1_000, 30_000])('takes a timeout of %i ms, and its object goes by it', async (timeoutMs) => {
    const { status, body } = await create({ timeoutMs });
    expect([status, body.timeoutMs, objects.of(body.id).config?.timeoutMs]).toEqual([201, timeoutMs, timeoutMs]);
  });

  it('takes a receiver on this machine over plain HTTP where it is tried out', async () => {
    expect((await create({ url: 'http://127.0.0.1:9876/hook' })).status).toBe(201);
  });

  it.each(MAIL_PRESETS)('takes what mails are sent by with $name', async ({ url, template, keyHeader }) => {
    const headers = [{ name: keyHeader.name, value: `${keyHeader.before}key-1`, secret: true }];
    const made = await create({ kind: 'email', url, template, headers });
    expect([made.status, made.body.template]).toEqual([201, template]);
  });
});

describe('who may', () => {
  it('make, redirect and give new secrets to destinations has just proven who they are', async () => {
    const other = await signInAs('admin');
    const { body } = await create({}, { as: other });
    await stale(other);
    for (const refused of [
      await create({}, { as: other }),
      await put(body.id, { version: 1, url: 'https://evil.example/' }, { as: other }),
      await call('POST', `/api/destinations/${body.id}/secrets`, { as: other, body: {} }),
    ]) {
      expect([refused.status, refused.body.code]).toEqual([403, 'step_up_required']);
    }
    const [preset] = MAIL_PRESETS;
    const mail = await create({ kind: 'email', url: preset?.url, template: preset?.template });
    for (const change of [
      { headers: [{ name: 'X-Route', value: 'mine', secret: false }] },
      { template: preset?.template.replace('on-call@example.com', 'me@evil.example') },
    ]) {
      const refused = await put(mail.body.id, { version: 1, ...change }, { as: other });
      expect([refused.status, refused.body.code]).toEqual([403, 'step_up_required']);
    }
    // What leads nowhere else needs none.
    expect((await put(body.id, { version: 1, url: WEBHOOK.url, name: 'New' }, { as: other })).status).toBe(200);
    expect((await auditOf(body.id)).map(({ action }) => action)).toEqual(['destination.create', 'destination.change']);
  });
});

describe('a preview', () => {
  const preview = (body: object) => call('POST', '/api/destinations/preview', { body, as: admin });

  it('shows the body of a sample event', async () => {
    const shown = await preview({ kind: 'webhook' });
    expect([shown.status, shown.body.contentType]).toEqual([200, 'application/json']);
    expect(JSON.parse(shown.body.body)).toMatchObject({
      type: 'alert.firing',
      data: { test: true, project: { id: projectId } },
    });
    expect(JSON.parse((await preview({ kind: 'slack' })).body.body).text).toContain('[FIRING]');
  });

  it('shows what a template makes of an event that is told', async () => {
    const event = { type: 'alert.resolved', data: { rule: { name: 'Mine' }, status: 'resolved' } };
    const shown = await preview({ kind: 'discord', template: '{"content":"{{title}} {{json status}}"}', event });
    expect(JSON.parse(shown.body.body)).toEqual({
      content: '[RESOLVED] Mine "resolved"',
      allowed_mentions: { parse: [] },
    });
  });

  it('says where a template fails', async () => {
    const failed = await preview({ kind: 'webhook', template: '{"a":{{title}},}' });
    expect([failed.status, failed.body.code, failed.body.position]).toEqual([422, 'template_failed', 15]);
    const none = await preview({ kind: 'email' });
    expect([none.status, none.body.position]).toEqual([422, null]);
  });
});
