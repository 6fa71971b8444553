import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decideReview } from '../../src/fraud/decide-review.ts';
import { reconcileRisk } from '../../src/fraud/reconcile-risk.ts';
import { batchIds } from '../../src/shared/ids.ts';
import { type FraudEvent, RULE_NAMES, type Verdict } from '../../src/wire/fraud.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { appWithRisk, RecordingRiskObject } from '../helpers/worker/risk-object.ts';

let analyst: SignedIn;
let projectId: string;
let object: RecordingRiskObject;
let event: FraudEvent;

beforeAll(async () => {
  analyst = await signInAs('analyst');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  object = new RecordingRiskObject();
  event = object.add({ travel: { km: 9_000, elapsedMs: 60_000 } }, Date.now());
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const decide = (body: unknown, eventId = event.id, as = analyst) =>
  callApp('POST', `/api/fraud/reviews/${eventId}?project=${projectId}`, { app: appWithRisk(object), as, body });
const reviews = (query = '', as = analyst) =>
  callApp('GET', `/api/fraud/reviews?project=${projectId}${query}`, { app: appWithRisk(object), as });
const rows = async () =>
  (await env.DB.prepare('SELECT event_id FROM fraud_verdicts WHERE project_id = ?1').bind(projectId).all()).results;
const reconcile = () => reconcileRisk(testCtx(), (_, id) => (id === projectId ? object : new RecordingRiskObject()));

describe('the review queue', () => {
  it('has what waits, and then what was decided, with the verdict, its author and the note', async () => {
    const open = await reviews();
    expect(open.body.items.map(({ id }: FraudEvent) => id)).toEqual([event.id]);
    expect(open.body.items[0]).toMatchObject({ review: null, reasons: [{ rule: 'impossible_travel' }] });
    await decide({ verdict: 'fraud', note: ' card reported stolen ' });
    expect((await reviews()).body).toEqual({ items: [], nextCursor: null });
    const decided = await reviews('&status=decided');
    expect(decided.body.items[0].review).toEqual({
      verdict: 'fraud',
      note: 'card reported stolen',
      decidedBy: analyst.userId,
      decidedAtMs: expect.any(Number),
      applied: true,
    });
  });

  it('comes in pages', async () => {
    object.add({ travel: { km: 9_000, elapsedMs: 60_000 } }, Date.now());
    const first = await reviews('&limit=1');
    expect(first.body.items).toHaveLength(1);
    const second = await reviews(`&limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map(({ id }: FraudEvent) => id)).toEqual([object.events[1]?.id]);
    expect(second.body.nextCursor).toBeNull();
  });

  it('refuses a status, a limit and a cursor that it does not know', async () => {
    const { status, body } = await reviews('&status=all&limit=201&cursor=next');
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: '/status', reason: 'must be one of open, decided' },
      { pointer: '/limit', reason: 'must be a whole number from 1 to 200' },
      { pointer: '/cursor', reason: 'must be a nextCursor of this list' },
    ]);
  });
});

describe('a verdict', () => {
  it('is stored, audited, and known to the object before the answer', async () => {
    const { status, body } = await decide({ verdict: 'fraud', note: 'stolen card' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ eventId: event.id, verdict: 'fraud', note: 'stolen card', applied: true });
    expect(object.verdicts).toEqual([{ eventId: event.id, verdict: 'fraud', atMs: body.decidedAtMs }]);
    expect(await auditOf(event.id)).toMatchObject([
      {
        action: 'fraud_verdict.decide',
        actor_id: analyst.userId,
        project_id: projectId,
        detail: { verdict: 'fraud', note: 'stolen card' },
      },
    ]);
  });

  it('made again changes nothing, and is not told again', async () => {
    const first = await decide({ verdict: 'fraud' });
    expect((await decide({ verdict: 'fraud' })).body).toEqual(first.body);
    expect([object.verdicts.length, (await auditOf(event.id)).length]).toEqual([1, 1]);
  });

  it('can be changed; the last by time counts, whatever comes last', async () => {
    const at = (nowMs: number, verdict: Verdict) =>
      decideReview(testCtx({ nowMs }), object, projectId, event.id, { verdict, note: null });
    await at(2_000, 'fraud');
    await at(3_000, 'legitimate');
    const late = await at(1_000, 'unsure');
    expect(late).toMatchObject({ ok: true, value: { verdict: 'legitimate', decidedAtMs: 3_000 } });
    expect(object.verdicts.map(({ verdict }) => verdict)).toEqual(['fraud', 'legitimate']);
    expect((await auditOf(event.id)).map(({ detail }) => detail.verdict)).toEqual(['fraud', 'legitimate']);
  });

  it('is stored and says so where the object is away; a repeat tells it', async () => {
    object.away = true;
    const pending = await decide({ verdict: 'fraud' });
    expect([pending.status, pending.body.code, pending.headers.get('retry-after')]).toEqual([
      503,
      'verdict_pending',
      '1',
    ]);
    object.away = false;
    expect((await decide({ verdict: 'fraud' })).status).toBe(200);
    expect([object.verdicts.length, (await auditOf(event.id)).length]).toEqual([1, 1]);
  });

  it('reaches an object that was away by cron', async () => {
    object.away = true;
    await decide({ verdict: 'fraud' });
    expect(await reconcile()).toEqual({ settings: 0, verdicts: 0, unknownEvents: 0, failed: 1 });
    object.away = false;
    expect(await reconcile()).toEqual({ settings: 0, verdicts: 1, unknownEvents: 0, failed: 0 });
    expect(object.verdicts).toMatchObject([{ eventId: event.id, verdict: 'fraud' }]);
    expect(await reconcile()).toEqual({ settings: 0, verdicts: 0, unknownEvents: 0, failed: 0 });
  });

  it('on an event that there is not is refused, and leaves no row', async () => {
    const unknown = batchIds(Date.now())(0);
    const answer = await decide({ verdict: 'fraud' }, unknown);
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    expect(await rows()).toEqual([]);
    expect((await auditOf(unknown)).map(({ action }) => action)).toEqual([
      'fraud_verdict.decide',
      'fraud_verdict.drop',
    ]);
    expect((await decide({ verdict: 'fraud' }, 'no-uuid')).status).toBe(404);
  });

  it('on such an event is taken out by cron where the object was away', async () => {
    object.away = true;
    const unknown = batchIds(Date.now())(0);
    expect((await decide({ verdict: 'fraud' }, unknown)).status).toBe(503);
    object.away = false;
    expect(await reconcile()).toEqual({ settings: 0, verdicts: 0, unknownEvents: 1, failed: 0 });
    expect(await rows()).toEqual([]);
  });

  it.each([{}, { verdict: 'guilty' }, { verdict: 'fraud', note: 'x'.repeat(1_001) }, { verdict: 'fraud', by: 'me' }])(
    'is refused as %j',
    async (body) => {
      const answer = await decide(body);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
      expect(await rows()).toEqual([]);
    },
  );

  it('is for who may write; the queue is for who may read', async () => {
    const viewer = await signInAs('viewer');
    expect((await decide({ verdict: 'fraud' }, event.id, viewer)).status).toBe(403);
    expect((await reviews('', viewer)).status).toBe(200);
  });
});

describe('the quality of rules', () => {
  it('lists every rule, with the share of fraud among the judged events', async () => {
    object.counts = [
      { rule: 'impossible_travel', hits: 9, fraud: 3, legitimate: 1 },
      { rule: 'new_device', hits: 40, fraud: 0, legitimate: 0 },
    ];
    const { body } = await callApp('GET', `/api/fraud/rules/quality?project=${projectId}`, {
      app: appWithRisk(object),
      as: analyst,
    });
    expect(body.items.map(({ rule }: { rule: string }) => rule)).toEqual(RULE_NAMES);
    expect(body.items).toContainEqual({ rule: 'impossible_travel', hits: 9, fraud: 3, legitimate: 1, precision: 0.75 });
    expect(body.items).toContainEqual({ rule: 'new_device', hits: 40, fraud: 0, legitimate: 0, precision: null });
  });
});
