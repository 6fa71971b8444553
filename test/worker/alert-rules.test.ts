import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetAlerts, reconcileAlerts } from '../../src/alerts/index.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { Condition, Firing } from '../../src/wire/alerts.ts';
import { MAX_RULES } from '../../src/wire/alerts.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { RecordingAlerts } from '../helpers/worker/alerts-object.ts';
import { type Answer, callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';

const CONDITION: Condition = {
  ...{
    kind: 'log_count',
    stream: 'logs',
    query: 'level:error',
    comparison: 'above',
    threshold: 10,
    groupBy: 'service',
  },
};
const RULE = { name: 'Errors', condition: CONDITION };

let admin: SignedIn;
let analyst: SignedIn;
let projectId: string;
let object: RecordingAlerts;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  analyst = await signInAs('analyst', [projectId]);
  object = new RecordingAlerts();
});

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  callApp(method, `/api/alerts/${path}?project=${projectId}`, {
    ...object.options,
    as: analyst,
    ...(body === undefined ? {} : { body }),
  });
/** While the object does not answer, which is logged. */
async function whileAway<T>(what: () => Promise<T>): Promise<T> {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  object.away = true;
  const done = await what();
  object.away = false;
  expect(logged.mock.calls.map(([line]) => JSON.parse(String(line)).event)).toContain('alerts_away');
  logged.mockRestore();
  return done;
}
/** A row, which is all that a rule asks for. */
async function destinationOfProject(id: string): Promise<string> {
  const destinationId = randomId('dst');
  await env.DB.prepare(
    `INSERT INTO destinations (id, project_id, version, definition, secrets, sealed_with, created_at_ms, changed_at_ms)
     VALUES (?1, ?2, 1, '{}', '[]', 'k1', 0, 0)`,
  )
    .bind(destinationId, id)
    .run();
  return destinationId;
}
const actions = async (target: string) => (await auditOf(target)).map(({ action }) => action);

describe('rules', () => {
  it('are made with what is usual where nothing is said, known to the object before the answer, and audited', async () => {
    const { status, body } = await call('POST', 'rules', RULE);
    expect([status, body]).toMatchObject([
      201,
      {
        ...{ name: 'Errors', condition: CONDITION, projectId, version: 1, changedBy: analyst.userId },
        ...{ windowSeconds: 300, forSeconds: 0, severity: 'warning', labels: {}, muteWindows: [], enabled: true },
        ...{ notifyResolved: true, groupWaitSeconds: 0, repeatSeconds: 14_400, destinationIds: [] },
      },
    ]);
    expect(body.id).toMatch(/^rul_[0-9a-z]{16}$/);
    expect(object.configured).toEqual([
      { projectId, projectName: 'Test project', origin: ORIGIN, version: 1, rules: [body], silences: [] },
    ]);
    expect(await auditOf(body.id)).toMatchObject([
      { action: 'alert_rule.create', actor_id: analyst.userId, project_id: projectId, detail: { name: 'Errors' } },
    ]);
  });

  it('are listed in the order in which they were made, each with what it is doing, page by page', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push((await call('POST', 'rules', { ...RULE, name })).body.id);
    const status = { state: 'firing', value: 12, evaluatedAtMs: 5, problem: null, firing: 1, pending: 0 } as const;
    object.status = [{ ruleId: ids[1] ?? '', ...status }];
    const { body } = await call('GET', 'rules');
    expect(body.items.map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
    const shown = body.items.find(({ id }: { id: string }) => id === ids[1]);
    expect(shown.status).toEqual({ ruleId: ids[1], ...status });
    expect(body.items.filter((item: { status: unknown }) => item.status === null)).toHaveLength(2);
    const first = await callApp('GET', `/api/alerts/rules?project=${projectId}&limit=2`, {
      ...object.options,
      as: analyst,
    });
    const rest = await callApp(
      'GET',
      `/api/alerts/rules?project=${projectId}&limit=2&cursor=${first.body.nextCursor}`,
      { ...object.options, as: analyst },
    );
    expect([...first.body.items, ...rest.body.items]).toEqual(body.items);
    expect((await call('GET', `rules/${ids[1]}`)).body).toEqual(shown);
  });

  it('are listed without what they are doing while the object is away', async () => {
    await call('POST', 'rules', RULE);
    const { status, body } = await whileAway(() => call('GET', 'rules'));
    expect([status, body.items[0].status]).toEqual([200, null]);
  });

  it('change by version, with what changed in the audit, and not over what somebody else changed', async () => {
    const { id } = (await call('POST', 'rules', RULE)).body;
    const changed = await call('PUT', `rules/${id}`, { ...RULE, severity: 'critical', version: 1 });
    expect([changed.status, changed.body]).toMatchObject([200, { id, version: 2, severity: 'critical' }]);
    expect(object.settings).toMatchObject({ version: 2, rules: [{ id, version: 2, severity: 'critical' }] });
    const lost = await call('PUT', `rules/${id}`, { ...RULE, name: 'Mine', version: 1 });
    expect([lost.status, lost.body.code, lost.body.version]).toEqual([409, 'rule_changed', 2]);
    expect((await call('PUT', `rules/${id}`, { ...RULE, name: 'Mine' })).body.version).toBe(3);
    expect((await auditOf(id)).at(1)).toMatchObject({
      action: 'alert_rule.change',
      detail: { version: 2, before: { severity: 'warning' }, after: { severity: 'critical' } },
    });
  });

  it('that are sent again as they are change nothing, whatever version is named, and tell the object nothing', async () => {
    const { id } = (await call('POST', 'rules', RULE)).body;
    const { query, stream, ...rest } = CONDITION as Extract<Condition, { kind: 'log_count' }>;
    const again = await call('PUT', `rules/${id}`, {
      condition: { stream, ...rest, query },
      name: 'Errors',
      version: 1,
    });
    expect([again.status, again.body.version]).toEqual([200, 1]);
    expect(object.configured).toHaveLength(1);
    expect(await actions(id)).toEqual(['alert_rule.create']);
  });

  it('are deleted, and then are not there', async () => {
    const { id } = (await call('POST', 'rules', RULE)).body;
    expect((await call('DELETE', `rules/${id}`)).status).toBe(204);
    expect(object.settings).toMatchObject({ version: 2, rules: [] });
    expect(await actions(id)).toEqual(['alert_rule.create', 'alert_rule.delete']);
    for (const answer of [
      await call('DELETE', `rules/${id}`),
      await call('GET', `rules/${id}`),
      await call('PUT', `rules/${id}`, RULE),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
  });

  it('name destinations of their project, and none that is deleted or of another', async () => {
    const [mine, gone] = [await destinationOfProject(projectId), await destinationOfProject(projectId)];
    const others = await destinationOfProject((await createProject()).id);
    await env.DB.prepare('UPDATE destinations SET deleted = 1 WHERE id = ?1').bind(gone).run();
    const refused = await call('POST', 'rules', { ...RULE, destinationIds: [mine, others, gone, 'dst_none'] });
    const reason = 'is no destination of this project';
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [1, 2, 3].map((index) => ({ pointer: `/destinationIds/${index}`, reason })),
    ]);
    expect((await call('GET', 'rules')).body.items).toEqual([]);
    const made = await call('POST', 'rules', { ...RULE, destinationIds: [mine] });
    expect([made.status, made.body.destinationIds]).toEqual([201, [mine]]);
    expect((await call('PUT', `rules/${made.body.id}`, { ...RULE, destinationIds: [others] })).status).toBe(400);
    expect((await call('GET', `rules/${made.body.id}`)).body.destinationIds).toEqual([mine]);
  });

  it('are told again when their project has another name, which notices say', async () => {
    await call('POST', 'rules', RULE);
    const renamed = await callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body: { name: 'Shop' } });
    expect(renamed.status).toBe(200);
    await reconcileAlerts(testCtx({ env: object.options.env }));
    expect(object.configured.filter((one) => one.projectId === projectId)).toMatchObject([
      { version: 1, projectName: 'Test project' },
      { version: 2, projectName: 'Shop', rules: [{ name: 'Errors' }] },
    ]);
  });

  it('are at most 200 a project', async () => {
    const insert = env.DB.prepare(
      `INSERT INTO alert_rules (id, project_id, rule, version, created_at_ms, changed_at_ms, changed_by)
       VALUES (?1, ?2, '{}', 1, 0, 0, '')`,
    );
    await env.DB.batch(Array.from({ length: MAX_RULES }, (_, i) => insert.bind(`rul_${projectId}_${i}`, projectId)));
    const refused = await call('POST', 'rules', RULE);
    expect([refused.status, refused.body.code]).toEqual([409, 'too_many_rules']);
    expect(object.configured).toEqual([]);
  });

  it('that the object could not be told of are stored: 503 says so, and cron tells it', async () => {
    const failed = await whileAway(() => call('POST', 'rules', RULE));
    expect([failed.status, failed.body.code]).toEqual([503, 'alerts_pending']);
    expect((await call('GET', 'rules')).body.items).toMatchObject([{ id: failed.body.id, name: 'Errors' }]);
    expect(object.configured).toEqual([]);
    const ctx = testCtx({ env: object.options.env });
    const told = await reconcileAlerts(ctx);
    expect(told.settings).toBeGreaterThanOrEqual(1);
    expect(object.configured.filter((one) => one.projectId === projectId)).toMatchObject([
      { origin: null, version: 1 },
    ]);
    await reconcileAlerts(ctx);
    expect(object.configured.filter((one) => one.projectId === projectId)).toHaveLength(1);
  });

  it('that could not be changed at the object are changed by a repeat of the same request', async () => {
    const { id } = (await call('POST', 'rules', RULE)).body;
    const change = { ...RULE, enabled: false, version: 1 };
    expect((await whileAway(() => call('PUT', `rules/${id}`, change))).status).toBe(503);
    expect((await call('PUT', `rules/${id}`, change)).status).toBe(200);
    expect(object.settings).toMatchObject({ version: 2, rules: [{ enabled: false }] });
  });

  it.each<[string, unknown, string]>([
    ['without a name', { condition: CONDITION }, '/name'],
    ['with a name of spaces', { ...RULE, name: '  ' }, '/name'],
    ['with a search that is not understood', { ...RULE, condition: { ...CONDITION, query: '(' } }, '/condition/query'],
    ['of an unknown kind', { ...RULE, condition: { kind: 'mood' } }, '/condition/kind'],
    ['with a field that it does not have', { ...RULE, condition: { ...CONDITION, labels: {} } }, '/condition'],
    [
      'below nothing',
      { ...RULE, condition: { ...CONDITION, comparison: 'below', threshold: 0 } },
      '/condition/threshold',
    ],
    ['with a window of a second', { ...RULE, windowSeconds: 1 }, '/windowSeconds'],
    ['that repeats every second', { ...RULE, repeatSeconds: 1 }, '/repeatSeconds'],
    ['with a label that silences mean otherwise', { ...RULE, labels: { severity: 'low' } }, '/labels/severity'],
    [
      'that is muted on Mars',
      { ...RULE, muteWindows: [{ days: [1], fromMinute: 0, toMinute: 1, timeZone: 'Mars' }] },
      '/muteWindows/0/timeZone',
    ],
    [
      'that is muted on no day',
      { ...RULE, muteWindows: [{ days: [], fromMinute: 0, toMinute: 1, timeZone: 'UTC' }] },
      '/muteWindows/0/days',
    ],
    ['that names a destination twice', { ...RULE, destinationIds: ['a', 'a'] }, '/destinationIds'],
    ['of a vital that there is not', { ...RULE, condition: measure({ name: 'XYZ' }) }, '/condition/name'],
    ['of failures of a vital', { ...RULE, condition: measure({ stat: 'failure_rate' }) }, '/condition/stat'],
    [
      'of two labels of a metric',
      { ...RULE, condition: measure({ source: 'metrics', name: 'm', labels: { a: '1' }, by: 'b' }) },
      '/condition/labels',
    ],
    ['of half a minute of a measure', { ...RULE, windowSeconds: 90, condition: measure({}) }, '/windowSeconds'],
    [
      'of what is no fingerprint',
      { ...RULE, condition: { kind: 'error_rate', fingerprint: '"', threshold: 1 } },
      '/condition/fingerprint',
    ],
    [
      'of a statistic that anomalies do not know',
      { ...RULE, condition: { kind: 'anomaly', stream: 'errors', name: '(all)', stat: 'p99', by: null } },
      '/condition/stat',
    ],
    [
      'of scores above a hundred',
      { ...RULE, condition: { kind: 'fraud_score', minScore: 101, threshold: 1 } },
      '/condition/minScore',
    ],
  ])('are refused %s', async (_, body, pointer) => {
    for (const path of ['rules', 'rules/preview']) {
      const answer = await call('POST', path, body);
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
  });

  it.each<[Condition]>([
    [CONDITION],
    [measure({ stat: 'p95', by: 'page', labels: { device: 'mobile' } })],
    [{ kind: 'error_rate', fingerprint: null, threshold: 5 }],
    [{ kind: 'error_rate', fingerprint: '0123456789abcdef', threshold: 5 }],
    [{ kind: 'fraud_score', minScore: 80, threshold: 3 }],
    [{ kind: 'cookie_bloat', stat: 'max_bytes', threshold: 8_000 }],
    [{ kind: 'anomaly', stream: 'operations', name: 'p2p', stat: 'p95', by: 'gateway' }],
    [{ kind: 'silence', stream: 'logs', query: 'service:api' }],
  ])('take a condition as it is, and give it back (%#)', async (condition) => {
    const made = await call('POST', 'rules', { name: 'a rule', condition });
    expect([made.status, made.body.errors, made.body.condition]).toEqual([201, undefined, condition]);
    expect((await call('GET', `rules/${made.body.id}`)).body.condition).toEqual(condition);
  });
});

function measure(change: object): Condition {
  return {
    ...{ kind: 'measure', source: 'vitals', name: 'LCP', stat: 'p75', labels: {}, by: null, leastCount: 30 },
    ...{ comparison: 'above', threshold: 2_500 },
    ...change,
  };
}

describe('silences', () => {
  const matchers = { severity: 'critical' };
  const inAnHour = () => Date.now() + 3_600_000;

  it('are made from now on, known to the object before the answer, listed until they end, and audited', async () => {
    const untilMs = inAnHour();
    const { status, body } = await call('POST', 'silences', { matchers, untilMs, comment: ' at work ' });
    expect([status, body]).toMatchObject([
      201,
      { matchers, untilMs, comment: 'at work', createdBy: analyst.userId, projectId },
    ]);
    expect(body.createdByName).not.toBe('');
    expect(body.fromMs).toBe(body.createdAtMs);
    expect(object.settings).toMatchObject({ version: 1, rules: [], silences: [body] });
    expect((await call('GET', 'silences')).body).toEqual({ items: [body], nextCursor: null });
    expect(await auditOf(body.id)).toMatchObject([
      { action: 'alert_silence.create', actor_id: analyst.userId, detail: { matchers, untilMs, comment: 'at work' } },
    ]);
  });

  it('are ended by whoever may make them', async () => {
    const { id } = (await call('POST', 'silences', { matchers, untilMs: inAnHour() })).body;
    expect((await call('DELETE', `silences/${id}`)).status).toBe(204);
    expect(object.settings).toMatchObject({ version: 2, silences: [] });
    expect(await actions(id)).toEqual(['alert_silence.create', 'alert_silence.end']);
    expect((await call('DELETE', `silences/${id}`)).body.code).toBe('not_found');
  });

  it('are made by a key with the scope admin too, under its id', async () => {
    const { id, key } = await createKey(projectId, ['admin']);
    const made = await callApp('POST', '/api/alerts/silences', {
      ...object.options,
      ...{ key, body: { matchers, untilMs: new Date(inAnHour()).toISOString() } },
    });
    expect([made.status, made.body.createdBy, made.body.createdByName]).toEqual([201, id, id]);
  });

  it.each<[string, object, string]>([
    ['of everything', { matchers: {} }, '/matchers'],
    ['that are over', { untilMs: Date.now() - 1 }, '/untilMs'],
    ['that end before they begin', { fromMs: Date.now() + 7_200_000, untilMs: Date.now() + 3_600_000 }, '/untilMs'],
    ['of two years', { untilMs: Date.now() + 2 * 366 * 86_400_000 }, '/untilMs'],
    ['without an end', { untilMs: undefined }, '/untilMs'],
    ['whose end is no time', { untilMs: 'soon' }, '/untilMs'],
  ])('are refused %s', async (_, change, pointer) => {
    const answer = await call('POST', 'silences', { matchers, untilMs: inAnHour(), ...change });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('are forgotten 90 days after they ended, acknowledgements after 400', async () => {
    const { id } = (await call('POST', 'silences', { matchers, untilMs: inAnHour() })).body;
    const at = (days: number) => testCtx({ nowMs: Date.now() + days * 86_400_000 });
    const there = async () =>
      (await env.DB.prepare('SELECT id FROM alert_silences WHERE id = ?1').bind(id).all()).results.length;
    await forgetAlerts(at(89));
    expect(await there()).toBe(1);
    expect((await forgetAlerts(at(91))).silences).toBeGreaterThanOrEqual(1);
    expect(await there()).toBe(0);
  });
});

describe('firings', () => {
  const firing: Firing = {
    ...{ id: 'frg_0123456789abcdef', ruleId: 'rul_0', ruleName: 'Errors', severity: 'critical', labels: {}, group: '' },
    ...{ state: 'firing', pendingSinceMs: 1, firedAtMs: 2, resolvedAtMs: null, value: 12, threshold: 10 },
    ...{ summary: '12 errors.', notices: 1, lastNoticeAtMs: 2, quiet: null, acknowledged: null },
  };
  beforeEach(() => {
    object.known = [firing];
  });

  it('are what the object says', async () => {
    const list = `/api/alerts/firings?project=${projectId}&state=firing&rule=rul_0&limit=5&cursor=12`;
    const { status, body } = await callApp('GET', list, { ...object.options, as: analyst });
    expect([status, body]).toEqual([200, { items: [firing], nextCursor: null }]);
    expect(object.asked).toEqual([{ state: 'firing', ruleId: 'rul_0', limit: 5, cursor: '12' }]);
    expect((await call('GET', `firings/${firing.id}`)).body).toEqual(firing);
    expect((await call('GET', 'firings/frg_none')).body.code).toBe('not_found');
  });

  it('are not known while the object is away', async () => {
    for (const path of ['firings', `firings/${firing.id}`]) {
      const answer = await whileAway(() => call('GET', path));
      expect([answer.status, answer.body.code]).toEqual([503, 'store_away']);
    }
  });

  it('are not listed by a state that there is not', async () => {
    const answer = await callApp('GET', `/api/alerts/firings?project=${projectId}&state=angry&limit=0`, {
      ...object.options,
      as: analyst,
    });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/state', '/limit']);
  });

  it.each(['abc', '0', '-1', '1.5', '1e3', '9'.repeat(16), ' 1'])(
    'are not listed from a cursor that no list gave: %j',
    async (cursor) => {
      const list = `/api/alerts/firings?project=${projectId}&cursor=${encodeURIComponent(cursor)}`;
      const answer = await callApp('GET', list, { ...object.options, as: analyst });
      expect([answer.status, answer.body.errors?.[0].pointer, object.asked]).toEqual([400, '/cursor', []]);
    },
  );

  it('are acknowledged at the object before the answer, with an audit row, once for the same word', async () => {
    const done = await call('POST', `firings/${firing.id}/acknowledge`, { note: ' on it ' });
    expect([done.status, done.body]).toMatchObject([200, { firingId: firing.id, by: analyst.userId, note: 'on it' }]);
    expect(object.acknowledged).toEqual([done.body]);
    await call('POST', `firings/${firing.id}/acknowledge`, { note: 'on it' });
    expect(object.acknowledged).toHaveLength(1);
    const rows = (await auditOf(firing.id)).filter(({ project_id }) => project_id === projectId);
    expect(rows).toMatchObject([
      { action: 'alert_firing.acknowledge', actor_id: analyst.userId, detail: { note: 'on it' } },
    ]);
  });

  it('are acknowledged without a word too, and by another person again', async () => {
    expect((await call('POST', `firings/${firing.id}/acknowledge`)).body.note).toBeNull();
    const other = await callApp('POST', `/api/alerts/firings/${firing.id}/acknowledge?project=${projectId}`, {
      ...object.options,
      as: admin,
    });
    expect(other.body.by).toBe(admin.userId);
    expect(object.acknowledged.map(({ by }) => by)).toEqual([analyst.userId, admin.userId]);
  });

  it('that the object does not have leave no row, and say so in the audit', async () => {
    const id = 'frg_zzzzzzzzzzzzzzzz';
    expect((await call('POST', `firings/${id}/acknowledge`)).body.code).toBe('not_found');
    expect((await call('POST', 'firings/anything/acknowledge')).body.code).toBe('not_found');
    expect(await actions(id)).toEqual(['alert_firing.acknowledge', 'alert_firing.drop_acknowledgement']);
    const rows = await env.DB.prepare('SELECT * FROM alert_acknowledgements WHERE firing_id = ?1').bind(id).all();
    expect(rows.results).toEqual([]);
  });

  it('that are over are not acknowledged any more: nothing is kept, and the audit says so', async () => {
    const over = { ...firing, id: 'frg_yyyyyyyyyyyyyyyy', state: 'resolved', resolvedAtMs: 3 } as const;
    object.known = [over];
    const answer = await call('POST', `firings/${over.id}/acknowledge`, { note: 'late' });
    expect([answer.status, answer.body.code, object.acknowledged]).toEqual([409, 'firing_over', []]);
    expect(await actions(over.id)).toEqual(['alert_firing.acknowledge', 'alert_firing.drop_acknowledgement']);
    const rows = await env.DB.prepare('SELECT * FROM alert_acknowledgements WHERE firing_id = ?1').bind(over.id).all();
    expect(rows.results).toEqual([]);
  });

  it('whose acknowledgement could not be told are told by a repeat, or by cron', async () => {
    const failed = await whileAway(() => call('POST', `firings/${firing.id}/acknowledge`, { note: 'mine' }));
    expect([failed.status, failed.body.code]).toEqual([503, 'alerts_pending']);
    const counts = await reconcileAlerts(testCtx({ env: object.options.env }));
    expect(counts.acknowledgements).toBeGreaterThanOrEqual(1);
    expect(object.acknowledged).toMatchObject([{ firingId: firing.id, note: 'mine' }]);
    expect((await call('POST', `firings/${firing.id}/acknowledge`, { note: 'mine' })).status).toBe(200);
    expect(object.acknowledged).toHaveLength(1);
  });
});
