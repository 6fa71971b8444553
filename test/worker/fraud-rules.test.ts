import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeSettings } from '../../src/fraud/change-settings.ts';
import { reconcileRisk } from '../../src/fraud/reconcile-risk.ts';
import { DEFAULT_SETTINGS } from '../../src/fraud/risk/settings.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { appWithRisk, RecordingRiskObject } from '../helpers/worker/risk-object.ts';

let admin: SignedIn;
let projectId: string;
let object: RecordingRiskObject;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  object = new RecordingRiskObject();
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const get = (as = admin) => callApp('GET', `/api/fraud/rules?project=${projectId}`, { app: appWithRisk(object), as });
const put = (body: unknown, as = admin) =>
  callApp('PUT', `/api/fraud/rules?project=${projectId}`, { app: appWithRisk(object), as, body });
const dryRun = (body: unknown, as = admin) =>
  callApp('POST', `/api/fraud/rules/dry-run?project=${projectId}`, { app: appWithRisk(object), as, body });
const reconcile = () => reconcileRisk(testCtx(), (_, id) => (id === projectId ? object : new RecordingRiskObject()));

describe('the rules of a project', () => {
  it('are the defaults at first, with the bounds of each threshold', async () => {
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...DEFAULT_SETTINGS, changedAtMs: null, changedBy: null, confirmed: true });
    expect(body.defaults.rules).toEqual(DEFAULT_SETTINGS.rules);
    expect(body.thresholds.impossible_travel).toEqual({
      unit: 'km/h',
      min: 100,
      max: 10_000,
      whole: false,
      weak: false,
    });
    expect(body.thresholds.country_change.weak).toBe(true);
  });

  it('change in what is named, audited with old and new values, and reach the object before the answer', async () => {
    const { status, body } = await put({ version: 0, denyAt: 90, rules: { user_velocity: { threshold: 20 } } });
    expect(status).toBe(200);
    const rules = {
      ...DEFAULT_SETTINGS.rules,
      user_velocity: { ...DEFAULT_SETTINGS.rules.user_velocity, threshold: 20 },
    };
    const settings = { version: 1, reviewAt: 40, denyAt: 90, rules };
    expect(body).toMatchObject({ ...settings, changedBy: admin.userId, confirmed: true });
    expect(object.configured).toEqual([settings]);
    expect((await get()).body).toEqual(body);
    expect((await auditOf(projectId)).at(-1)).toMatchObject({
      action: 'fraud_rules.change',
      actor_id: admin.userId,
      project_id: projectId,
      detail: {
        version: 1,
        before: { denyAt: 75, rules: { user_velocity: { enabled: true, points: 25, threshold: 8 } } },
        after: { denyAt: 90, rules: { user_velocity: { enabled: true, points: 25, threshold: 20 } } },
      },
    });
    expect((await put({ version: 1, denyAt: null, rules: { user_velocity: null } })).body).toMatchObject({
      ...DEFAULT_SETTINGS,
      version: 2,
    });
  });

  it('are refused to who changes an older version', async () => {
    await put({ version: 0, denyAt: 90 });
    const late = await put({ version: 0, denyAt: 80 });
    expect([late.status, late.body.code, late.body.version]).toEqual([409, 'settings_changed', 1]);
    expect((await get()).body).toMatchObject({ version: 1, denyAt: 90 });
    expect((await auditOf(projectId)).filter(({ action }) => action === 'fraud_rules.change')).toHaveLength(1);
  });

  it('take one of two changes that are made at once', async () => {
    const both = await Promise.all([put({ version: 0, denyAt: 90 }), put({ version: 0, denyAt: 80 })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { body } = await get();
    expect(body.version).toBe(1);
    expect(object.configured.at(-1)).toMatchObject({ version: 1, denyAt: body.denyAt });
  });

  it.each([
    ['/rules', { version: 0, rules: { horoscope: { points: 10 } } }, 'does not take "horoscope"'],
    ['', { version: 0, allowAt: 3 }, 'does not take "allowAt"'],
    ['/version', { denyAt: 80 }, 'is missing'],
    ['/reviewAt', { version: 0, reviewAt: 75 }, 'must be less than denyAt'],
    ['/reviewAt', { version: 0, denyAt: 40 }, 'must be less than denyAt'],
    ['/denyAt', { version: 0, denyAt: 101 }, 'must be a whole number from 1 to 100, or null for the default'],
    [
      '/rules/new_device/points',
      { version: 0, rules: { new_device: { points: 10.5 } } },
      'must be a whole number from 0 to 100, or null for the default',
    ],
    [
      '/rules/impossible_travel/threshold',
      { version: 0, rules: { impossible_travel: { threshold: 99 } } },
      'must be a number from 100 to 10000 (km/h), or null for the default',
    ],
    [
      '/rules/browser_changed/threshold',
      { version: 0, rules: { browser_changed: { threshold: 2 } } },
      'must be a whole number from 1 to 1, or null for the default',
    ],
  ])('refuse at %s what is not valid: %j', async (pointer, body, reason) => {
    const answer = await put(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    expect(answer.body.errors).toEqual([{ pointer, reason }]);
    expect(object.configured).toEqual([]);
  });

  it('are changed by administrators and seen by everybody who may read', async () => {
    const [viewer, analyst] = [await signInAs('viewer'), await signInAs('analyst')];
    expect((await get(viewer)).status).toBe(200);
    for (const as of [viewer, analyst]) expect((await put({ version: 0, denyAt: 80 }, as)).status).toBe(403);
    const other = await signInAs('viewer', []);
    expect((await get(other)).status).toBe(404);
    const { key } = await createKey(projectId, ['query']);
    const byKey = await callApp('GET', '/api/fraud/rules', { app: appWithRisk(object), key });
    expect([byKey.status, byKey.body.version]).toEqual([200, 0]);
  });

  it('are stored and say so where the object is away; a repeat tells it', async () => {
    object.away = true;
    const pending = await put({ version: 0, denyAt: 90 });
    expect([pending.status, pending.body.code]).toEqual([503, 'settings_pending']);
    expect(pending.headers.get('retry-after')).toBe('1');
    expect((await get()).body).toMatchObject({ version: 1, denyAt: 90, confirmed: false });
    object.away = false;
    const repeat = await put({ version: 0, denyAt: 90 });
    expect([repeat.status, repeat.body.version, repeat.body.confirmed]).toEqual([200, 1, true]);
    expect(object.configured.map(({ version }) => version)).toEqual([1]);
    expect((await auditOf(projectId)).filter(({ action }) => action === 'fraud_rules.change')).toHaveLength(1);
  });

  it('reach an object that was away by cron', async () => {
    object.away = true;
    await put({ version: 0, denyAt: 90 });
    expect((await reconcile()).failed).toBe(1);
    object.away = false;
    expect(await reconcile()).toEqual({ settings: 1, verdicts: 0, unknownEvents: 0, failed: 0 });
    expect(object.configured).toMatchObject([{ version: 1, denyAt: 90 }]);
    expect(await reconcile()).toEqual({ settings: 0, verdicts: 0, unknownEvents: 0, failed: 0 });
  });

  it('are pushed again where newer ones came in between, so that the newest are in force', async () => {
    const ctx = testCtx();
    const configure = object.configure.bind(object);
    let overtaken = false;
    object.configure = async (settings) => {
      if (!overtaken) {
        overtaken = true;
        expect((await changeSettings(ctx, object, projectId, { version: 1, denyAt: 80 })).ok).toBe(true);
      }
      await configure(settings);
    };
    expect((await changeSettings(ctx, object, projectId, { version: 0, denyAt: 90 })).ok).toBe(true);
    expect(object.configured.map(({ denyAt }) => denyAt)).toEqual([80, 90, 80]);
  });

  it('keep the defaults of a rule that was added after they were stored', async () => {
    await put({ version: 0, denyAt: 90 });
    await env.DB.prepare(`UPDATE fraud_settings SET settings = json_remove(settings, '$.rules.cookie_anomaly')`).run();
    expect((await get()).body.rules).toEqual(DEFAULT_SETTINGS.rules);
  });
});

describe('a dry run', () => {
  const ring = { otherUsersOnDevice: 4 };

  it('tells what other settings would have decided, and changes nothing', async () => {
    const nowMs = Date.now();
    const event = object.add(ring, nowMs - 60_000);
    object.add({}, nowMs - 50_000);
    object.add(ring, nowMs - 8 * 86_400_000);
    const { status, body } = await dryRun({ settings: { rules: { device_shared: { points: 80 } } } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      events: 2,
      changed: 1,
      rescored: 1,
      truncated: false,
      rulesVersion: 0,
      matrix: {
        allow: { allow: 1, review: 1, deny: 0 },
        review: { allow: 0, review: 0, deny: 0 },
        deny: { allow: 0, review: 0, deny: 0 },
      },
      examples: [
        {
          eventId: event.id,
          before: { riskScore: 30, decision: 'allow', reasons: [{ rule: 'device_shared', points: 30 }] },
          after: { riskScore: 74, decision: 'review', reasons: [{ rule: 'device_shared', points: 74 }] },
        },
      ],
    });
    expect(object.configured).toEqual([]);
    expect((await get()).body.version).toBe(0);
  });

  it('of the range that is named, in Unix milliseconds or ISO 8601', async () => {
    const atMs = Date.UTC(2026, 5, 1, 12);
    object.add(ring, atMs);
    const settings = {};
    expect((await dryRun({ settings, from: '2026-06-01', to: atMs + 1 })).body.events).toBe(1);
    expect((await dryRun({ settings, from: atMs + 1, to: '2026-06-02' })).body.events).toBe(0);
    expect((await dryRun({ settings, from: atMs, to: atMs })).body.errors).toEqual([
      { pointer: '/to', reason: 'must be after from' },
    ]);
    expect((await dryRun({ settings, from: 'soon' })).body.errors).toEqual([
      { pointer: '/from', reason: 'must be Unix milliseconds or an ISO 8601 time' },
    ]);
  });

  it('refuses settings that could not be stored either', async () => {
    const unknown = await dryRun({ settings: { rules: { horoscope: {} } } });
    expect(unknown.body.errors).toEqual([{ pointer: '/settings/rules', reason: 'does not take "horoscope"' }]);
    const crossed = await dryRun({ settings: { reviewAt: 80 } });
    expect(crossed.body.errors).toEqual([{ pointer: '/settings/reviewAt', reason: 'must be less than denyAt' }]);
  });

  it('goes through all pages, and through 50,000 events at most', async () => {
    const nowMs = Date.now();
    const one = object.add({}, nowMs - 1_000);
    for (let i = 1; i < 50_000; i++) object.events.push(one);
    const whole = await dryRun({ settings: {} });
    expect([whole.body.events, whole.body.truncated]).toEqual([50_000, false]);
    object.events.push(one);
    const cut = await dryRun({ settings: {} });
    expect([cut.body.events, cut.body.truncated, cut.body.matrix.allow.allow]).toEqual([50_000, true, 50_000]);
  });

  it('ends after ten seconds', async () => {
    const one = object.add({}, Date.now() - 1_000);
    for (let i = 1; i < 2_000; i++) object.events.push(one);
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    object.onPage = () => {
      nowMs += 5_000;
    };
    const { body } = await dryRun({ settings: {} });
    clock.mockRestore();
    expect([body.events, body.truncated]).toEqual([1_000, true]);
  });

  it('is for who may write, because it keeps the object busy', async () => {
    expect((await dryRun({ settings: {} }, await signInAs('viewer'))).status).toBe(403);
    expect((await dryRun({ settings: {} }, await signInAs('analyst'))).status).toBe(200);
  });
});
