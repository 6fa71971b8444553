import { describe, expect, it } from 'vitest';
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

  it('is refused to a browser key, a key without the stream, and a revoked one', async () => {
    const project = await fraudProject();
    const answer = await callApp('POST', '/api/fraud/event', {
      key: project.query,
      body: { eventType: 'x', userId: 'u' },
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'scope_missing']);
  });
});
