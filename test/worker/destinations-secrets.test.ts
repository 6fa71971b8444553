import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { secretPurpose } from '../../src/delivery/destinations/definition/sealing.ts';
import { rotateSecret } from '../../src/delivery/destinations/verbs/rotate-secret.ts';
import { parseConfig } from '../../src/env.ts';
import { decryptAtRest } from '../../src/shared/at-rest.ts';
import { toBase64 } from '../../src/shared/bytes.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { RecordingDestinations } from '../helpers/worker/destination-object.ts';

const HOUR_MS = 3_600_000;

let admin: SignedIn;
let projectId: string;
let objects: RecordingDestinations;
let id: string;
let firstSecret: string;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  objects = new RecordingDestinations();
  const made = await call('POST', '/api/destinations', { name: 'On-call', url: 'https://receiver.example/' });
  ({ id, secret: firstSecret } = made.body);
});

const call = (method: string, path: string, body?: object) =>
  callApp(method, `${path}?project=${projectId}`, { as: admin, app: objects.app(), ...(body ? { body } : {}) });
const rotate = (body: object = {}) => call('POST', `/api/destinations/${id}/secrets`, body);
const get = async () => (await call('GET', `/api/destinations/${id}`)).body;
/** What the object signs with at a time, newest first, as a receiver would have it. */
const signing = (atMs: number): string[] =>
  (objects.of(id).config?.secrets ?? [])
    .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > atMs)
    .filter(({ kind }) => kind === 'v1')
    .map(({ stored }) => `whsec_${toBase64(decryptAtRest(parseConfig(env), secretPurpose(id), stored))}`);

describe('a secret', () => {
  it('is opened by the object alone, and is the one that was shown', () => {
    expect(signing(Date.now())).toEqual([firstSecret]);
  });

  it('is rotated: the new one is shown once, and the old one signs beside it for a day', async () => {
    const rotated = await rotate();
    expect([rotated.status, rotated.body.confirmed, rotated.body.version]).toEqual([201, true, 2]);
    const { secret, secrets } = rotated.body;
    expect(secret).toMatch(/^whsec_/);
    const nowMs = rotated.body.changedAtMs;
    expect(secrets.map(({ expiresAtMs }: { expiresAtMs: number | null }) => expiresAtMs)).toEqual([
      null,
      nowMs + 24 * HOUR_MS,
    ]);
    expect(signing(nowMs)).toEqual([secret, firstSecret]);
    expect(signing(nowMs + 24 * HOUR_MS)).toEqual([secret]);
    const { secret: _, ...shown } = rotated.body;
    expect(await get()).toEqual(shown);
    const audit = await auditOf(id);
    expect(audit.at(-1)).toMatchObject({
      action: 'destination.rotate_secret',
      detail: { version: 2, kind: 'v1', overlapHours: 24, secretId: secrets[0].id, ended: [] },
    });
    for (const clear of [secret, firstSecret])
      expect(JSON.stringify([audit, await get()])).not.toContain(clear.slice(6));
  });

  it('ends at once, with all before it, where no overlap is asked for', async () => {
    await rotate();
    const { body } = await rotate({ overlapHours: 0 });
    expect(signing(body.changedAtMs)).toEqual([body.secret]);
    expect((await get()).secrets).toHaveLength(1);
    expect((await auditOf(id)).at(-1)?.detail.ended).toHaveLength(2);
  });

  it('has at most two old ones beside it, and none gets longer than it had', async () => {
    const made = [firstSecret];
    for (const overlapHours of [1, 48, 24]) made.unshift((await rotate({ overlapHours })).body.secret);
    const nowMs = Date.now();
    expect(signing(nowMs)).toEqual(made.slice(0, 3));
    const { secrets } = await get();
    expect(secrets).toHaveLength(3);
    expect(secrets[1].expiresAtMs).toBeLessThanOrEqual(nowMs + 24 * HOUR_MS);
    // The one that was to end in two days ends with the others in one.
    expect(secrets[2].expiresAtMs).toBeLessThanOrEqual(nowMs + 24 * HOUR_MS);
  });

  it('that has ended is neither shown nor kept', async () => {
    await rotate({ overlapHours: 1 });
    const later = testCtx({ nowMs: Date.now() + 2 * HOUR_MS });
    const done = await rotateSecret(later, objects.open, projectId, id, { kind: 'v1', overlapHours: 1 });
    expect(done.ok && done.value.secrets.map(({ expiresAtMs }) => expiresAtMs)).toEqual([null, later.nowMs + HOUR_MS]);
  });

  it.each([
    { overlapHours: -1 },
    { overlapHours: 169 },
    { overlapHours: 1.5 },
    { kind: 'v2' },
    { secret: 'whsec_mine' },
  ])('is not rotated with %j', async (body) => {
    expect((await rotate(body)).status).toBe(400);
    expect(signing(Date.now())).toEqual([firstSecret]);
  });
});

describe('an Ed25519 key', () => {
  it('signs beside the secret; its public key is shown, its private one never', async () => {
    const { body } = await rotate({ kind: 'v1a' });
    expect(body.secret).toBeNull();
    const [key, secret] = body.secrets;
    expect([key.kind, key.publicKey, secret.kind, secret.expiresAtMs]).toEqual([
      'v1a',
      expect.stringMatching(/^whpk_.{44}$/),
      'v1',
      null,
    ]);
    const [stored] = objects.of(id).config?.secrets ?? [];
    const seed = decryptAtRest(parseConfig(env), secretPurpose(id), stored?.stored ?? '');
    expect(seed.byteLength).toBe(32);
    // The public key is that of the seed: what one signs the other verifies.
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const signer = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
    const verifier = await crypto.subtle.importKey(
      'raw',
      Buffer.from(key.publicKey.slice(5), 'base64'),
      'Ed25519',
      false,
      ['verify'],
    );
    const signature = await crypto.subtle.sign('Ed25519', signer, Buffer.from('text'));
    expect(await crypto.subtle.verify('Ed25519', verifier, signature, Buffer.from('text'))).toBe(true);
    expect(JSON.stringify([body, await auditOf(id)])).not.toContain(toBase64(seed));
  });

  it('is rotated without a change of the secret', async () => {
    const first = (await rotate({ kind: 'v1a' })).body.secrets[0];
    const { secrets } = (await rotate({ kind: 'v1a' })).body;
    expect(secrets.map(({ kind }: { kind: string }) => kind)).toEqual(['v1a', 'v1a', 'v1']);
    expect(secrets[1]).toEqual({ ...first, expiresAtMs: expect.any(Number) });
    expect(secrets[2].expiresAtMs).toBeNull();
  });
});

describe('a secret header', () => {
  const KEY = { name: 'X-Key', value: 'receivers-key', secret: true };
  const put = (body: object) => call('PUT', `/api/destinations/${id}`, body);

  it('is not taken along to another host, where whoever moved it could read it', async () => {
    expect((await put({ version: 1, headers: [KEY] })).status).toBe(200);
    const url = 'https://elsewhere.example/';
    const kept = await put({ version: 2, url });
    expect([kept.status, kept.body.errors]).toMatchObject([400, [{ pointer: '/headers' }]]);
    const asItWas = await put({ version: 2, url, headers: [{ ...KEY, value: null }] });
    expect([asItWas.status, asItWas.body.errors]).toMatchObject([400, [{ pointer: '/headers/0/value' }]]);
    expect(objects.of(id).config?.url).toBe('https://receiver.example/');
    expect((await put({ version: 2, url, headers: [KEY] })).status).toBe(200);
  });

  it('stays where the URL is another of the same host', async () => {
    await put({ version: 1, headers: [KEY] });
    expect((await put({ version: 2, url: 'https://receiver.example/other' })).status).toBe(200);
    expect(objects.of(id).config?.headers).toMatchObject([{ name: 'X-Key', secret: true }]);
  });
});
