import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { fraudOf } from '../../src/fraud/index.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { CHROME, cookieOf, dumpOf, fraudProject } from '../helpers/worker/fraud.ts';

const HTTPS = { origin: 'https://fraud.example.com' };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const cookieValue = (line: string | undefined) => /^[^=]+=([^;]*)/.exec(line ?? '')?.[1] ?? '';

describe('fraud login', () => {
  it('sets hardened cookies: __Host- over HTTPS, plain names over loopback', async () => {
    const project = await fraudProject();
    const secure = await project.login({ userId: 'u1' }, HTTPS);
    expect([...secure.cookies.keys()]).toEqual(['__Host-fraud_sid', '__Host-d_id']);
    expect(secure.cookies.get('__Host-fraud_sid')).toMatch(
      /^__Host-fraud_sid=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(secure.cookies.get('__Host-d_id')).toMatch(
      /^__Host-d_id=[\w-]{43}; Path=\/; Max-Age=1209600; HttpOnly; Secure; SameSite=Strict$/,
    );
    const loopback = await project.login({ userId: 'u1' });
    expect([...loopback.cookies.values()].map((line) => line.replace(/=[\w-]{43};/, '=…;'))).toEqual([
      'fraud_sid=…; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict',
      'd_id=…; Path=/; Max-Age=1209600; HttpOnly; SameSite=Strict',
    ]);
    expect(loopback.body.sessionExpiresAt).toBeGreaterThan(Date.now() + 6.9 * 86_400_000);
  });

  it('sets a partitioned pair of its own for embedded use, which opens the session as well', async () => {
    const project = await fraudProject();
    const answer = await project.login({ userId: 'u1', embedded: true }, HTTPS);
    expect([...answer.cookies.values()].map((line) => line.replace(/=[\w-]{43};/, '=…;'))).toEqual([
      '__Host-fraud_sid_p=…; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=None; Partitioned',
      '__Host-d_id_p=…; Path=/; Max-Age=1209600; HttpOnly; Secure; SameSite=None; Partitioned',
    ]);
    const event = await project.event({}, { ...HTTPS, headers: cookieOf(answer) });
    expect(event.body).toMatchObject({ userId: 'u1', session: 'valid' });
  });

  it('sets none over plain HTTP to another machine, and reads the plain names over HTTPS never', async () => {
    const project = await fraudProject();
    const plain = await project.login({ userId: 'u1' }, { origin: 'http://fraud.example.com' });
    expect([plain.status, plain.cookies.size]).toEqual([200, 0]);
    const opened = await project.login({ userId: 'u1' });
    const event = await project.event({ userId: 'u1' }, { ...HTTPS, headers: cookieOf(opened) });
    expect(event.body.session).toBe('none');
  });

  it('never adopts a session id that a browser presents, and ends the one that it had', async () => {
    const project = await fraudProject();
    const chosen = { cookie: `fraud_sid=${'A'.repeat(43)}; d_id=${'B'.repeat(43)}` };
    const fixed = await project.login({ userId: 'u1' }, { headers: chosen });
    expect(cookieValue(fixed.cookies.get('fraud_sid'))).not.toBe('A'.repeat(43));
    expect(cookieValue(fixed.cookies.get('d_id'))).not.toBe('B'.repeat(43));
    expect((await project.event({ userId: 'u1' }, { headers: chosen })).body.session).toBe('unknown');
    const again = await project.login({ userId: 'u1' }, { headers: cookieOf(fixed) });
    expect(cookieValue(again.cookies.get('d_id'))).toBe(cookieValue(fixed.cookies.get('d_id')));
    expect((await project.event({ userId: 'u1' }, { headers: cookieOf(fixed) })).body.session).toBe('unknown');
    expect((await project.event({ userId: 'u1' }, { headers: cookieOf(again) })).body.session).toBe('valid');
  });

  it('knows a device again by its cookie, or by the id that the customer names', async () => {
    const project = await fraudProject();
    const first = await project.login({ userId: 'u1' });
    expect(first.body.deviceKnown).toBe(false);
    expect((await project.login({ userId: 'u1' }, { headers: cookieOf(first) })).body.deviceKnown).toBe(true);
    expect((await project.login({ userId: 'u2', deviceId: 'phone-7' })).body.deviceKnown).toBe(false);
    expect((await project.login({ userId: 'u2', deviceId: ' phone-7 ' })).body.deviceKnown).toBe(true);
  });
});

describe('cookies of an event', () => {
  it('two of one name are none, and noted', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'u1' });
    const sid = cookieValue(opened.cookies.get('fraud_sid'));
    const answer = await project.event(
      { userId: 'u1' },
      { headers: { cookie: `fraud_sid=${sid}; fraud_sid=${sid}; d_id=x` } },
    );
    expect(answer.body.session).toBe('none');
    const { items } = (await project.get('history?userId=u1')).body;
    expect(items[0].facts.cookies).toMatchObject({ session: 'none', duplicated: true, device: 'unknown' });
  });

  it('say whose session it is, which device opened it, and in which browser', async () => {
    const project = await fraudProject();
    const headers = { 'user-agent': CHROME };
    const one = await project.login({ userId: 'u1' }, { headers });
    const two = await project.login({ userId: 'u2' }, { headers });
    const mixed = `fraud_sid=${cookieValue(one.cookies.get('fraud_sid'))}; d_id=${cookieValue(two.cookies.get('d_id'))}`;
    await project.event({ userId: 'u1' }, { headers: { 'user-agent': FIREFOX, cookie: mixed } });
    await project.event({ userId: 'u2' }, { headers: { ...headers, cookie: mixed } });
    const of = async (userId: string) => (await project.get(`history?userId=${userId}`)).body.items[0].facts.cookies;
    const seen = { device: 'known', deviceMismatch: true, duplicated: false };
    expect(await of('u1')).toEqual({ ...seen, session: 'valid', browserChanged: true });
    expect(await of('u2')).toEqual({ ...seen, session: 'of_another_user', browserChanged: false });
  });
});

describe('fraud revoke', () => {
  it('ends every session of the user, clears both kinds of cookies, and events say so from then on', async () => {
    const project = await fraudProject();
    const [one, two] = [await project.login({ userId: 'u1' }), await project.login({ userId: 'u1', embedded: true })];
    const other = await project.login({ userId: 'u2' });
    const answer = await project.post('revoke', { userId: 'u1' });
    expect([answer.status, answer.body]).toEqual([200, { userId: 'u1', sessionsRevoked: 2 }]);
    expect([...answer.cookies.keys()]).toEqual(['fraud_sid', 'fraud_sid_p', 'd_id', 'd_id_p']);
    for (const line of answer.cookies.values()) expect(line).toMatch(/^\w+=; Path=\/; Max-Age=0; HttpOnly/);
    for (const opened of [one, two]) {
      const event = await project.event({ userId: 'u1' }, { headers: cookieOf(opened) });
      expect(event.body.session).toBe('revoked');
      expect((await project.event({}, { headers: cookieOf(opened) })).status).toBe(400);
    }
    expect((await project.event({}, { headers: cookieOf(other) })).body.userId).toBe('u2');
  });

  it('ends the device cookies of the user too, and those of nobody else', async () => {
    const project = await fraudProject();
    const [one, other] = [await project.login({ userId: 'u1' }), await project.login({ userId: 'u2' })];
    await project.post('revoke', { userId: 'u1' });
    const device = { cookie: `d_id=${cookieValue(one.cookies.get('d_id'))}` };
    await project.event({ userId: 'u1' }, { headers: device });
    const [event] = (await project.get('history?userId=u1')).body.items;
    expect([event.deviceRef, event.facts.cookies.device]).toEqual([null, 'revoked']);
    expect(event.reasons.map(({ detail }: { detail: string }) => detail)).toEqual([
      '1 anomaly of the cookies: the device cookie was revoked',
    ]);
    const again = await project.login({ userId: 'u1' }, { headers: cookieOf(one) });
    expect(again.body.deviceKnown).toBe(false);
    expect(cookieValue(again.cookies.get('d_id'))).not.toBe(cookieValue(one.cookies.get('d_id')));
    await project.event({}, { headers: cookieOf(other) });
    expect((await project.get('history?userId=u2')).body.items[0].facts.cookies.device).toBe('known');
  });

  it('can be done by an analyst, with a row in the audit trail', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'u1' });
    const analyst = await signInAs('analyst', [project.id]);
    const path = `/api/fraud/sessions?project=${project.id}&userId=u1`;
    const answer = await callApp('DELETE', path, { as: analyst });
    expect([answer.status, answer.body]).toEqual([200, { userId: 'u1', sessionsRevoked: 1 }]);
    expect((await project.event({ userId: 'u1' }, { headers: cookieOf(opened) })).body.session).toBe('revoked');
    const { results } = await env.DB.prepare(
      `SELECT target FROM audit WHERE action = 'fraud_sessions.revoke' AND project_id = ?1`,
    )
      .bind(project.id)
      .all<{ target: string }>();
    const [row] = await auditOf(results[0]?.target ?? '');
    expect(row).toMatchObject({ actor_id: analyst.userId, project_id: project.id });
  });
});

describe('what is kept', () => {
  it('no cookie, device, address, phone or e-mail is anywhere in storage or in an answer', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'u1', deviceId: 'raw-device-77' });
    const raw = ['raw-device-77', '198.51.100.77', '+491701234567', '1701234567', 'who@example.com'];
    const registered = await project.post('register', {
      userId: 'u1',
      references: { phone: '+49 170 1234567', email: ' Who@Example.com ', device: 'raw-device-77' },
    });
    expect(registered.status).toBe(200);
    const event = await project.event({ client: { address: '198.51.100.77' } }, { headers: cookieOf(opened) });
    expect(event.body.recorded).toBe('stored');
    const cookies = [...opened.cookies.values()].map(cookieValue);
    const lists = await Promise.all(
      ['history?userId=u1', 'references?userId=u1', 'graph?userId=u1', 'cross-lookup?minAccounts=1'].map(project.get),
    );
    const kept = [await dumpOf(project.id), ...lists.map(({ body }) => JSON.stringify(body))].join('\n').toLowerCase();
    expect(kept).toContain('references_key');
    for (const secret of [...raw, ...cookies]) expect(kept).not.toContain(secret.toLowerCase());
  });

  it('differs from project to project', async () => {
    const [one, two] = [await fraudProject(), await fraudProject()];
    const body = { userId: 'u1', references: { email: 'a@example.com' } };
    const reference = async (project: typeof one) =>
      (await project.post('register', body)).body.references[0].reference;
    expect(await reference(one)).not.toBe(await reference(two));
    expect(await fraudOf(env, one.id).referenceOf(one.id, 'email', 'a@example.com')).toBe(await reference(one));
  });
});
