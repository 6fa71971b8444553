import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';

/** Everything through the Worker and the project's real object: what is sent, what is scored, what people decide, and what comes of it. */
let admin: SignedIn;
let projectId: string;
let key: string;

const BERLIN = { address: '198.51.100.7', country: 'DE', latitude: 52.52, longitude: 13.4 };
const SAO_PAULO = { address: '203.0.113.9', country: 'BR', latitude: -23.55, longitude: -46.63 };

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  key = (await createKey(projectId, ['ingest'])).key;
});

async function event(userId: string, client: object = BERLIN, more: object = {}) {
  const answer = await callApp('POST', '/api/fraud/event', {
    key,
    body: { userId, eventType: 'payment', success: true, client, ...more },
  });
  expect(answer.status).toBe(200);
  return answer.body;
}

const people = async (method: string, path: string, body?: unknown) => {
  const url = `${path}${path.includes('?') ? '&' : '?'}project=${projectId}`;
  const answer = await callApp(method, url, { as: admin, ...(body === undefined ? {} : { body }) });
  expect(answer.status).toBe(200);
  return answer.body;
};
const rulesOf = ({ reasons }: { reasons: { rule: string }[] }) => reasons.map(({ rule }) => rule);

async function travelled(userId: string) {
  await event(userId);
  return event(userId, SAO_PAULO);
}

describe('the rules of a project', () => {
  it('are in force for the event after the answer to their change', async () => {
    const before = await travelled('u-1');
    expect(before).toMatchObject({ riskScore: 50, decision: 'review', rulesVersion: 0 });
    expect(rulesOf(before)).toEqual(['impossible_travel', 'country_change']);
    await people('PUT', '/api/fraud/rules', { version: 0, rules: { impossible_travel: { points: 80 } } });
    expect(await travelled('u-2')).toMatchObject({ riskScore: 90, decision: 'deny', rulesVersion: 1 });
    await people('PUT', '/api/fraud/rules', { version: 1, rules: { impossible_travel: { enabled: false } } });
    expect(await travelled('u-3')).toMatchObject({ riskScore: 10, decision: 'allow', rulesVersion: 2 });
  });

  it('deny nobody for a country alone, whatever they say', async () => {
    const rules = {
      impossible_travel: { enabled: false },
      country_change: { points: 100 },
      browser_changed: { points: 100 },
    };
    await people('PUT', '/api/fraud/rules', { version: 0, reviewAt: 1, denyAt: 60, rules });
    expect(await travelled('u-1')).toMatchObject({ riskScore: 59, decision: 'review' });
  });

  it('are tried on the stored events: those in force change nothing, others what they would have', async () => {
    for (const userId of ['u-1', 'u-2', 'u-3']) await travelled(userId);
    const same = await people('POST', '/api/fraud/rules/dry-run', { settings: {} });
    expect(same).toMatchObject({ events: 6, changed: 0, rescored: 0, examples: [], truncated: false });
    const stricter = await people('POST', '/api/fraud/rules/dry-run', {
      settings: { rules: { impossible_travel: { points: 80 } } },
    });
    expect(stricter).toMatchObject({ events: 6, changed: 3, matrix: { allow: { allow: 3 }, review: { deny: 3 } } });
    expect(stricter.examples[0]).toMatchObject({
      before: { riskScore: 50, decision: 'review' },
      after: { riskScore: 90, decision: 'deny' },
    });
    expect(rulesOf(stricter.examples[0].before)).toEqual(['impossible_travel', 'country_change']);
  });
});

describe('a verdict', () => {
  it('takes its event out of the queue and is a fact of the next event of its user', async () => {
    const { eventId } = await travelled('u-1');
    const queue = await people('GET', '/api/fraud/reviews');
    expect(queue.items.map(({ id }: { id: string }) => id)).toEqual([eventId]);
    await people('POST', `/api/fraud/reviews/${eventId}`, { verdict: 'fraud', note: 'stolen card' });
    expect((await people('GET', '/api/fraud/reviews')).items).toEqual([]);
    const [decided] = (await people('GET', '/api/fraud/reviews?status=decided')).items;
    expect(decided).toMatchObject({ id: eventId, verdict: 'fraud', review: { note: 'stolen card', applied: true } });
    const next = await event('u-1', SAO_PAULO);
    expect(next).toMatchObject({ decision: 'deny' });
    expect(rulesOf(next)).toContain('confirmed_fraud');
    expect(rulesOf(await event('u-2'))).not.toContain('confirmed_fraud');
  });

  it('counts against accounts that share a reference with the user', async () => {
    const register = (userId: string) =>
      callApp('POST', '/api/fraud/register', { key, body: { userId, references: { phone: '+49 30 1234567' } } });
    await register('u-1');
    await register('u-2');
    const { eventId } = await travelled('u-1');
    await people('POST', `/api/fraud/reviews/${eventId}`, { verdict: 'fraud' });
    const linked = await event('u-2');
    expect(linked.reasons).toContainEqual({
      rule: 'confirmed_fraud',
      points: 40,
      detail: 'Confirmed as fraud before: 1 linked account',
    });
  });

  it('that is changed counts as the last one', async () => {
    const { eventId } = await travelled('u-1');
    await people('POST', `/api/fraud/reviews/${eventId}`, { verdict: 'fraud' });
    await people('POST', `/api/fraud/reviews/${eventId}`, { verdict: 'legitimate' });
    const next = await event('u-1', SAO_PAULO);
    expect(rulesOf(next)).not.toContain('confirmed_fraud');
    expect(rulesOf(next)).toContain('confirmed_legitimate');
  });

  it('on an event of another project is on none', async () => {
    const { eventId } = await travelled('u-1');
    projectId = (await createProject()).id;
    const answer = await callApp('POST', `/api/fraud/reviews/${eventId}?project=${projectId}`, {
      as: admin,
      body: { verdict: 'fraud' },
    });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });

  it('shows in the quality of the rules that held', async () => {
    for (const userId of ['u-1', 'u-2', 'u-3']) {
      const { eventId } = await travelled(userId);
      if (userId === 'u-3') continue;
      await people('POST', `/api/fraud/reviews/${eventId}`, { verdict: userId === 'u-1' ? 'fraud' : 'legitimate' });
    }
    const { items } = await people('GET', '/api/fraud/rules/quality');
    expect(items).toContainEqual({ rule: 'impossible_travel', hits: 3, fraud: 1, legitimate: 1, precision: 0.5 });
    expect(items).toContainEqual({ rule: 'device_shared', hits: 0, fraud: 0, legitimate: 0, precision: null });
  });
});

describe('the cron', () => {
  it('brings settings and verdicts to the object that was never told', async () => {
    const { eventId } = await travelled('u-1');
    await people('PUT', '/api/fraud/rules', { version: 0, denyAt: 90 });
    await people('POST', `/api/fraud/reviews/${eventId}`, { verdict: 'fraud' });
    // As after a crash between the batch and the push, with another word in each.
    await env.DB.prepare(
      `UPDATE fraud_settings SET version = 2, settings = json_set(settings, '$.denyAt', 45) WHERE project_id = ?1`,
    )
      .bind(projectId)
      .run();
    await env.DB.prepare(
      `UPDATE fraud_verdicts SET verdict = 'legitimate', decided_at_ms = decided_at_ms + 1, applied = 0 WHERE project_id = ?1`,
    )
      .bind(projectId)
      .run();
    await runCron({ cron: '1-56/5 * * * *' }, env);
    expect((await people('GET', '/api/fraud/rules')).confirmed).toBe(true);
    expect((await people('GET', '/api/fraud/reviews?status=decided')).items).toMatchObject([
      { verdict: 'legitimate', review: { applied: true } },
    ]);
    expect(await travelled('u-2')).toMatchObject({ riskScore: 50, decision: 'deny', rulesVersion: 2 });
  });
});
