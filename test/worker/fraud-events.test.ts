import { describe, expect, it } from 'vitest';
import { createKey } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { cookieOf, fraudProject } from '../helpers/worker/fraud.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';

describe('an event', () => {
  it('is answered with its score and is in the history and in the records at once', async () => {
    const project = await fraudProject();
    const { status, body } = await project.event({
      ...{ userId: 'u1', amountCents: 1_250, gateway: 'stripe', success: true, metadata: { order: 7 } },
      client: { address: '198.51.100.7', country: 'de', latitude: 52.5, longitude: 13.4 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      userId: 'u1',
      decision: 'allow',
      recorded: 'stored',
      rulesVersion: 0,
      session: 'none',
    });
    expect(body.riskScore).toBeGreaterThanOrEqual(0);
    const [record, ...more] = await everyRecord(project.id);
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      ...{ id: body.eventId, stream: 'fraud', level: 'info', userId: 'u1', type: 'payment' },
      attrs: { riskScore: body.riskScore, decision: 'allow', amountCents: 1_250, gateway: 'stripe', country: 'DE' },
    });
    const history = await project.get('history?userId=u1');
    expect(history.body.nextCursor).toBeNull();
    expect(history.body.items).toMatchObject([
      { id: body.eventId, userId: 'u1', metadata: { order: 7 }, country: 'DE', facts: { v: 1, userAgeMs: 0 } },
    ]);
  });

  it('takes its user from the fraud session, and says what the cookies said', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'u1' });
    const { status, body } = await project.event({}, { headers: cookieOf(opened) });
    expect([status, body.userId, body.session]).toEqual([200, 'u1', 'valid']);
    const [record] = await everyRecord(project.id);
    expect(record?.sessionId).toBe(opened.body.sessionId);
    const nobody = await project.event({});
    expect([nobody.status, nobody.body.errors[0].pointer]).toEqual([400, '/userId']);
  });

  it('is decided once for an idempotency key, and refused for another body', async () => {
    const project = await fraudProject();
    const headers = { 'idempotency-key': 'payment-1' };
    const first = await project.event({ userId: 'u1' }, { headers });
    const again = await project.event({ userId: 'u1' }, { headers });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await project.event({ userId: 'u2' }, { headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await everyRecord(project.id)).toHaveLength(1);
    const ledger = await ledgerOf(project.id);
    expect(ledger).toMatchObject({ received: 2, stored: 1, duplicate: 1, rejected: 0 });
    expect(ledger.refused).toBe(1);
  });

  it('that cannot be used is refused with pointers, and counted', async () => {
    const project = await fraudProject();
    const deep = { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } };
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`m${i}`, i]));
    const bad: [body: Record<string, unknown>, pointer: string][] = [
      [{ userId: '' }, '/userId'],
      [{ userId: 'line\nbreak' }, '/userId'],
      [{ userId: 'u'.repeat(257) }, '/userId'],
      [{ userId: 'u1', amountCents: 1.5 }, '/amountCents'],
      [{ userId: 'u1', amountCents: -1 }, '/amountCents'],
      [{ userId: 'u1', eventType: 'e'.repeat(65) }, '/eventType'],
      [{ userId: 'u1', metadata: { text: 'x'.repeat(4_096) } }, '/metadata'],
      [{ userId: 'u1', metadata: many }, '/metadata'],
      [{ userId: 'u1', metadata: deep }, '/metadata'],
      [{ userId: 'u1', client: { latitude: 1 } }, '/client/longitude'],
      [{ userId: 'u1', client: { country: 'DEU' } }, '/client/country'],
      [{ userId: 'u1', riskScore: 0 }, ''],
    ];
    for (const [body, pointer] of bad) {
      const answer = await project.event(body);
      expect([answer.status, answer.body.code, answer.body.errors?.[0].pointer], pointer).toEqual([
        400,
        'invalid_input',
        pointer,
      ]);
    }
    const large = await project.event({ userId: 'u1', metadata: { text: 'x'.repeat(70_000) } });
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large']);
    expect(await everyRecord(project.id)).toEqual([]);
    expect(await ledgerOf(project.id)).toMatchObject({ received: 0, stored: 0 });
  });

  it('with metadata that is odd but JSON is a record as well', async () => {
    const project = await fraudProject();
    const metadata = { '': 1, 'a.b': '\ud800', ['k'.repeat(64)]: [[[[[null]]]]], nul: '\u0000', big: 1e308 };
    const { body } = await project.event({ userId: 'u1', metadata });
    expect(body.recorded).toBe('stored');
    expect((await everyRecord(project.id)).map(({ id }) => id)).toEqual([body.eventId]);
  });

  it('is refused to a key without the stream, and to one whose text pages show', async () => {
    const project = await fraudProject();
    const send = (key: string, headers = {}) =>
      callApp('POST', '/api/fraud/event', { key, headers, body: { eventType: 'x', userId: 'u' } });
    const { key: logs } = await createKey(project.id, ['ingest:logs']);
    const { key: page } = await createKey(project.id, ['ingest'], ['https://shop.example']);
    for (const answer of [
      await send(project.query),
      await send(logs),
      await send(page, { origin: 'https://shop.example' }),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'scope_missing']);
  });

  it('is charged to the quota of its key once, and not when it is refused', async () => {
    const project = await fraudProject();
    const { key } = await createKey(project.id, ['ingest'], null, 2);
    const headers = { 'idempotency-key': 'one' };
    for (let i = 0; i < 3; i++) expect((await project.event({ userId: 'u1' }, { key, headers })).status).toBe(200);
    expect((await project.event({}, { key })).status).toBe(400);
    const badKey = { 'idempotency-key': 'k'.repeat(300) };
    expect((await project.event({ userId: 'u1' }, { key, headers: badKey })).status).toBe(400);
    expect((await project.event({ userId: 'u1' }, { key })).status).toBe(200);
    const over = await project.event({ userId: 'u1' }, { key });
    expect([over.status, over.body.code]).toEqual([429, 'quota_exceeded']);
  });

  it('tells a device, its other users and impossible ways apart', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'u1' });
    const headers = cookieOf(opened);
    await project.event({ client: { country: 'DE', latitude: 52.5, longitude: 13.4 } }, { headers });
    const far = await project.event({ client: { country: 'AU', latitude: -33.9, longitude: 151.2 } }, { headers });
    expect(far.body.reasons.map(({ rule }: { rule: string }) => rule)).toEqual(
      expect.arrayContaining(['impossible_travel', 'country_change']),
    );
    expect(far.body.decision).not.toBe('allow');
    const { items } = (await project.get('events?minScore=40')).body;
    expect(items.map(({ id }: { id: string }) => id)).toEqual([far.body.eventId]);
    expect((await everyRecord(project.id)).map(({ level }) => level)).toContain('warn');
  });
});
