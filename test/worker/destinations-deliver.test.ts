import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { destinationOf } from '../../src/delivery/index.ts';
import type { DeliveryEvent } from '../../src/wire/delivery.ts';
import { MAIL_PRESETS } from '../../src/wire/mail-presets.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { type Call, event, type FakeReceiver, fakeReceiver } from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

let admin: SignedIn;
let projectId: string;
let receiver: FakeReceiver;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  receiver = fakeReceiver();
});

const call = async (method: string, path: string, body?: object) =>
  (await callApp(method, `${path}?project=${projectId}`, { as: admin, ...(body ? { body } : {}) })).body;
const create = (more: object = {}) =>
  call('POST', '/api/destinations', { name: 'Receiver', url: 'http://127.0.0.1:9100/hook/secret-path', ...more });
const verify = (secret: string, { body, headers }: Call) =>
  new Webhook(secret).verify(body, Object.fromEntries(headers));
const delivered = async (id: string, eventId: string) =>
  (await call('GET', `/api/deliveries/${id}-${eventId}`)).state === 'delivered';

const alertEvent = (change: Partial<DeliveryEvent>) =>
  event({
    data: {
      ...{ id: 'evt_1', project: { id: 'prj_1', name: 'Shop' }, status: 'firing' },
      rule: { id: 'rul_1', name: 'Checkout errors', severity: 'critical', labels: {} },
      firings: [
        { id: 'frg_1', group: '', state: 'firing', value: 12, threshold: 10, summary: '12 records, more than 10.' },
      ],
      url: 'https://ops.example.com/alerts?project=prj_1',
    },
    ...change,
  });

/** The whole way: routes, register, object, signature, and the library that receivers use. */
describe('a destination that was made by its route', () => {
  it('gets events that the library of Standard Webhooks verifies with the secret that was shown', async () => {
    const { id, secret } = await create();
    const told = event({ projectId });
    await destinationOf(env, id).enqueue([told]);
    await until('it is delivered', () => delivered(id, told.id));
    const [sent] = receiver.calls;
    if (!sent) throw new Error('nothing came');
    expect(sent.headers.get('webhook-id')).toBe(`${id}-${told.id}`);
    expect(verify(secret, sent)).toEqual({
      ...{ type: 'alert.firing', timestamp: new Date(told.createdAtMs).toISOString(), data: told.data },
    });
    expect(await call('GET', '/api/deliveries')).toMatchObject({
      items: [{ id: `${id}-${told.id}`, state: 'delivered' }],
    });
  });

  it('is verified with the old secret and with the new one while they overlap, and with an Ed25519 key', async () => {
    const { id, secret: old } = await create();
    const { secret: fresh } = await call('POST', `/api/destinations/${id}/secrets`, {});
    const { secrets } = await call('POST', `/api/destinations/${id}/secrets`, { kind: 'v1a' });
    expect(await call('POST', `/api/destinations/${id}/test`)).toMatchObject({
      kind: 'test',
      outcome: 'delivered',
      status: 200,
    });
    const [sent] = receiver.calls;
    if (!sent) throw new Error('nothing came');
    for (const secret of [old, fresh]) expect(verify(secret, sent)).toMatchObject({ type: 'destination.test' });
    const [, signature = ''] = /(?:^| )v1a,(\S+)/.exec(sent.headers.get('webhook-signature') ?? '') ?? [];
    const publicKey = Buffer.from(secrets[0].publicKey.slice('whpk_'.length), 'base64');
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    const signed = `${sent.headers.get('webhook-id')}.${sent.headers.get('webhook-timestamp')}.${sent.body}`;
    expect(await crypto.subtle.verify('Ed25519', key, Buffer.from(signature, 'base64'), Buffer.from(signed))).toBe(
      true,
    );

    const { secret: last } = await call('POST', `/api/destinations/${id}/secrets`, { overlapHours: 0 });
    await call('POST', `/api/destinations/${id}/test`);
    const [, later] = receiver.calls;
    if (!later) throw new Error('nothing came');
    expect(verify(last, later)).toMatchObject({ type: 'destination.test' });
    for (const ended of [old, fresh]) expect(() => verify(ended, later)).toThrow('No matching signature');
  });

  it('is sent its secret header, which stands in no log of attempts', async () => {
    const headers = [
      { name: 'X-Api-Key', value: 'header-secret', secret: true },
      { name: 'X-Team', value: 'pay', secret: false },
    ];
    const { id } = await create({ headers, kind: 'slack' });
    const told = event({ projectId });
    await destinationOf(env, id).enqueue([told]);
    await until('it is delivered', () => delivered(id, told.id));
    expect(receiver.calls[0]?.headers.get('x-api-key')).toBe('header-secret');
    expect(receiver.calls[0]?.headers.get('x-team')).toBe('pay');
    expect(JSON.parse(receiver.calls[0]?.body ?? '')).toMatchObject({ text: expect.any(String), attachments: [{}] });
    const detail = await call('GET', `/api/deliveries/${id}-${told.id}`);
    expect(detail.log).toHaveLength(1);
    expect(JSON.stringify(detail)).not.toContain('header-secret');
  });

  it.each(MAIL_PRESETS)('sends a mail by the API of $name, with its key', async ({ template, keyHeader }) => {
    const headers = [{ name: keyHeader.name, value: `${keyHeader.before}key-1`, secret: true }];
    const { id } = await create({ kind: 'email', template, headers });
    const told = alertEvent({ projectId });
    await destinationOf(env, id).enqueue([told]);
    await until('it is delivered', () => delivered(id, told.id));
    const [sent, ...others] = receiver.calls;
    expect(others).toEqual([]);
    expect([sent?.method, sent?.headers.get('content-type')]).toEqual(['POST', 'application/json']);
    expect(sent?.headers.get(keyHeader.name)).toBe(`${keyHeader.before}key-1`);
    const body = JSON.parse(sent?.body ?? '');
    const text = body.text ?? body.TextBody ?? body.content?.[0]?.value;
    expect(body.subject ?? body.Subject).toBe('[FIRING] Checkout errors');
    expect(text).toContain('12 records, more than 10.');
    expect(text).toContain('https://ops.example.com/alerts');
  });

  it('sends a message that Discord takes, which calls nobody', async () => {
    const { id } = await create({ kind: 'discord' });
    const told = alertEvent({ projectId });
    await destinationOf(env, id).enqueue([told]);
    await until('it is delivered', () => delivered(id, told.id));
    expect(JSON.parse(receiver.calls[0]?.body ?? '')).toMatchObject({
      ...{ content: expect.stringContaining('Checkout errors'), embeds: [{ color: expect.any(Number) }] },
      allowed_mentions: { parse: [] },
    });
  });

  it('waits while it is disabled, and gets what came meanwhile once it is enabled', async () => {
    const { id } = await create({ disabled: true });
    const told = event({ projectId });
    await destinationOf(env, id).enqueue([told]);
    expect((await call('GET', `/api/deliveries/${id}-${told.id}`)).state).toBe('queued');
    await call('PUT', `/api/destinations/${id}`, { version: 1, disabled: false });
    await until('it is delivered', () => delivered(id, told.id));
    expect(receiver.calls).toHaveLength(1);
  });

  it('that answers 410 is shown as gone, and tried again once somebody enables it', async () => {
    receiver.answer = () => new Response('gone', { status: 410 });
    const { id } = await create();
    const told = event({ projectId });
    await destinationOf(env, id).enqueue([told]);
    await until('it is gone', async () => (await call('GET', `/api/destinations/${id}`)).disabledReason === 'gone');
    receiver.answer = () => new Response('ok');
    expect(await call('PUT', `/api/destinations/${id}`, { version: 1, disabled: false })).toMatchObject({
      ...{ disabled: false, disabledReason: null, version: 2 },
    });
    await call('POST', `/api/deliveries/${id}-${told.id}/replay`);
    await until('it is delivered', () => delivered(id, told.id));
  });

  it('whose template fails for an event keeps it, and sends it once the template is mended', async () => {
    const { id } = await create({
      template: '{"rule":"{{rule.name}}","list":[{{#each firings}}{{json this}},{{/each}}0]}',
    });
    const firings = Array.from({ length: 1_000 }, () => 'x'.repeat(400));
    const told = event({ projectId, data: { firings } });
    await destinationOf(env, id).enqueue([told]);
    const found = () => call('GET', `/api/deliveries/${id}-${told.id}`);
    await until('it has failed', async () => (await found()).lastOutcome === 'template_failed');
    expect(await found()).toMatchObject({ state: 'queued', reason: expect.stringContaining('longer than') });
    await call('PUT', `/api/destinations/${id}`, { version: 1, template: '{"id":{{json event.id}}}' });
    await until('it is delivered', () => delivered(id, told.id));
    expect(receiver.calls.map(({ body }) => JSON.parse(body))).toEqual([{ id: told.id }]);
  });

  it('that is deleted gets nothing any more, and its deliveries are gone with it', async () => {
    const { id } = await create({ disabled: true });
    const told = event({ projectId });
    await destinationOf(env, id).enqueue([told]);
    expect((await callApp('DELETE', `/api/destinations/${id}?project=${projectId}`, { as: admin })).status).toBe(204);
    expect((await callApp('GET', `/api/deliveries/${id}-${told.id}?project=${projectId}`, { as: admin })).status).toBe(
      404,
    );
    expect(await destinationOf(env, id).enqueue([event()])).toEqual({ kind: 'not_configured' });
    expect(receiver.calls).toEqual([]);
  });
});
