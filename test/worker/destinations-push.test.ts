import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { secretPurpose } from '../../src/delivery/destinations/definition/sealing.ts';
import { pushDestination } from '../../src/delivery/destinations/push.ts';
import { reconcileDestinations, resealDestinations } from '../../src/delivery/index.ts';
import { decryptAtRest } from '../../src/shared/at-rest.ts';
import { toBase64 } from '../../src/shared/bytes.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { RecordingDestinations } from '../helpers/worker/destination-object.ts';

let admin: SignedIn;
let projectId: string;
let objects: RecordingDestinations;
let logged: string[];

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  await env.DB.prepare('DELETE FROM destinations').run();
  projectId = (await createProject()).id;
  objects = new RecordingDestinations();
  logged = [];
  vi.spyOn(console, 'error').mockImplementation((line) => logged.push(String(line)));
});

const call = (method: string, path: string, body?: object) =>
  callApp(method, `${path}?project=${projectId}`, { as: admin, app: objects.app(), ...(body ? { body } : {}) });
const create = async (more: object = {}) =>
  (await call('POST', '/api/destinations', { name: 'd', url: 'https://receiver.example/', ...more })).body;
const rows = async () =>
  (await env.DB.prepare('SELECT id, version, confirmed_version, deleted FROM destinations').all()).results;

describe('where its object does not answer', () => {
  it('a change is stored and refused as pending; a repeat reaches the object', async () => {
    const { id } = await create();
    objects.of(id).away = true;
    const pending = await call('PUT', `/api/destinations/${id}`, { version: 1, name: 'New' });
    expect([pending.status, pending.body.code, pending.headers.get('retry-after')]).toEqual([
      503,
      'destination_pending',
      '1',
    ]);
    expect((await call('GET', `/api/destinations/${id}`)).body).toMatchObject({
      version: 2,
      name: 'New',
      confirmed: false,
    });
    objects.of(id).away = false;
    const repeated = await call('PUT', `/api/destinations/${id}`, { version: 1, name: 'New' });
    expect([repeated.status, repeated.body.version, repeated.body.confirmed]).toEqual([200, 2, true]);
    expect(objects.of(id).config).toMatchObject({ version: 2, name: 'New' });
    expect((await auditOf(id)).filter(({ action }) => action === 'destination.change')).toHaveLength(1);
  });

  it('a new secret is answered all the same, as not in force yet, and cron puts it in force', async () => {
    const { id } = await create();
    objects.of(id).away = true;
    const { status, body } = await call('POST', `/api/destinations/${id}/secrets`, {});
    expect([status, body.confirmed, body.secret]).toEqual([201, false, expect.stringMatching(/^whsec_/)]);
    expect(await reconcileDestinations(testCtx(), objects.open)).toEqual({ told: 0, failed: 1 });
    objects.of(id).away = false;
    expect(await reconcileDestinations(testCtx(), objects.open)).toEqual({ told: 1, failed: 0 });
    expect(objects.of(id).config?.version).toBe(2);
    expect(await reconcileDestinations(testCtx(), objects.open)).toEqual({ told: 0, failed: 0 });
  });

  it('what is deleted is gone for everybody, and forgotten by cron', async () => {
    const { id } = await create();
    objects.of(id).away = true;
    expect((await call('DELETE', `/api/destinations/${id}`)).status).toBe(503);
    expect((await call('GET', `/api/destinations/${id}`)).status).toBe(404);
    expect((await call('POST', `/api/destinations/${id}/test`)).status).toBe(404);
    // Nothing of it that could be opened is kept until then.
    expect(await env.DB.prepare('SELECT secrets FROM destinations WHERE id = ?1').bind(id).first('secrets')).toBe('[]');
    objects.of(id).away = false;
    expect(await reconcileDestinations(testCtx(), objects.open)).toEqual({ told: 1, failed: 0 });
    expect([objects.of(id).removed, await rows()]).toEqual([1, []]);
    expect((await auditOf(id)).filter(({ action }) => action === 'destination.delete')).toHaveLength(1);
  });

  it('a list still says what the rows say, and the log names no secret', async () => {
    const { id, secret } = await create({ headers: [{ name: 'X-Key', value: 'header-secret', secret: true }] });
    objects.of(id).away = true;
    const { items } = (await call('GET', '/api/destinations')).body;
    expect(items).toMatchObject([{ id, disabled: false }]);
    for (const [method, path] of [
      ['POST', 'test'],
      ['GET', 'transitions'],
    ] as const) {
      const refused = await call(method, `/api/destinations/${id}/${path}`);
      expect([refused.status, refused.body.code]).toEqual([503, 'destination_away']);
    }
    expect(logged.length).toBeGreaterThanOrEqual(3);
    expect(logged.join('\n')).toContain('destination_not_asked');
    for (const hidden of ['header-secret', secret.slice(6), 'receiver.example'])
      expect(logged.join('\n')).not.toContain(hidden);
  });
});

describe('of two changes at once', () => {
  it('the newer one stays unconfirmed until it was told', async () => {
    const { id } = await create();
    await env.DB.prepare('UPDATE destinations SET version = 2').run();
    objects.of(id).onConfigure = async () => {
      await env.DB.prepare('UPDATE destinations SET version = 3').run();
    };
    expect((await pushDestination(testCtx(), objects.open, id)).ok).toBe(true);
    expect(await rows()).toMatchObject([{ version: 3, confirmed_version: 1 }]);
  });

  it('a deletion is not undone by a change that comes to the object after it', async () => {
    const { id } = await create();
    await env.DB.prepare('UPDATE destinations SET version = 2').run();
    const object = objects.of(id);
    object.onConfigure = async () => {
      object.onConfigure = async () => undefined;
      expect((await call('DELETE', `/api/destinations/${id}`)).status).toBe(204);
    };
    await pushDestination(testCtx(), objects.open, id);
    // Once for the deletion, once more for what was told behind it.
    expect([object.removed, object.configured.length, await rows()]).toEqual([2, 2, []]);
  });
});

describe('cron', () => {
  it('tells twenty-five in a run, within the statements that src/cron.ts counts', async () => {
    for (let i = 0; i < 27; i++) await create();
    await env.DB.prepare('UPDATE destinations SET version = 2').run();
    const { db, count } = countingStatements(env.DB);
    const ctx = testCtx({ env: { ...env, DB: db } });
    expect(await reconcileDestinations(ctx, objects.open)).toEqual({ told: 25, failed: 0 });
    expect(count()).toBeLessThanOrEqual(201);
    expect(await reconcileDestinations(ctx, objects.open)).toEqual({ told: 2, failed: 0 });
  });

  it('puts everything under the newest of DATA_SECRETS, and tells the objects', async () => {
    const { id, secret } = await create({ headers: [{ name: 'X-Key', value: 'k', secret: true }] });
    const { config } = testCtx();
    const fresh = { kid: 'k2', secret: 'another-data-secret-of-at-least-forty-three-characters' };
    const ctx = testCtx({ config: { ...config, dataSecrets: [fresh, ...config.dataSecrets] } });
    expect(await resealDestinations(ctx, objects.open)).toEqual({ resealed: 1, failed: 0 });
    expect(await resealDestinations(ctx, objects.open)).toEqual({ resealed: 0, failed: 0 });
    const told = objects.of(id).config;
    expect([told?.version, told?.headers[0]?.value, told?.secrets[0]?.stored]).toEqual([
      2,
      expect.stringMatching(/^v1\.k2\./),
      expect.stringMatching(/^v1\.k2\./),
    ]);
    const without = { ...config, dataSecrets: [fresh] as [typeof fresh] };
    expect(`whsec_${toBase64(decryptAtRest(without, secretPurpose(id), told?.secrets[0]?.stored ?? ''))}`).toBe(secret);
    // What cannot be opened is counted, and left for the pair that may come back.
    const lost = testCtx({ config: { ...config, dataSecrets: [{ ...fresh, kid: 'k3' }] } });
    expect(await resealDestinations(lost, objects.open)).toEqual({ resealed: 0, failed: 1 });
    expect(logged.join('\n')).toContain('destination_secret_unreadable');
  });

  it('leaves a destination that cannot be opened to who makes its secrets anew', async () => {
    const header = { name: 'X-Key', value: 'k', secret: true };
    const { id } = await create({ headers: [header] });
    await call('POST', `/api/destinations/${id}/secrets`, { kind: 'v1a' });
    // As after a pair of DATA_SECRETS was taken away too early.
    const lost = (json: string) => json.replaceAll('v1.k1.', 'v1.gone.');
    const row = await env.DB.prepare('SELECT definition, secrets FROM destinations WHERE id = ?1').bind(id).first();
    await env.DB.prepare(`UPDATE destinations SET definition = ?2, secrets = ?3, sealed_with = 'gone' WHERE id = ?1`)
      .bind(id, lost(String(row?.definition)), lost(String(row?.secrets)))
      .run();
    expect(await resealDestinations(testCtx(), objects.open)).toEqual({ resealed: 0, failed: 1 });
    expect((await call('PUT', `/api/destinations/${id}`, { version: 2, headers: [header] })).status).toBe(200);
    for (const kind of ['v1', 'v1a'])
      expect((await call('POST', `/api/destinations/${id}/secrets`, { kind, overlapHours: 0 })).status).toBe(201);
    expect(JSON.stringify(objects.of(id).config)).not.toContain('v1.gone.');
    expect(
      await env.DB.prepare('SELECT sealed_with FROM destinations WHERE id = ?1').bind(id).first('sealed_with'),
    ).toBe('k1');
    expect(await resealDestinations(testCtx(), objects.open)).toEqual({ resealed: 0, failed: 0 });
  });
});
