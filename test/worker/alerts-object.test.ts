import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Hub } from '../../durable-objects/hub/hub.ts';
import { Journal } from '../../durable-objects/journal/journal.ts';
import { dayOf } from '../../src/cookies/index.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import type { AlertRule, Condition, Firing } from '../../src/wire/alerts.ts';
import { silenceOf } from '../helpers/alert-rules.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import {
  type AlertProject,
  alarm,
  alertProject,
  errors,
  errorsAbove,
  evaluateNow,
  firingsOf,
  objectOf,
  sql,
  ToldDestinations,
} from '../helpers/worker/alerts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { ingest, LiveClient } from '../helpers/worker/live-client.ts';
import { put, seal } from '../helpers/worker/query.ts';
import { until } from '../helpers/worker/until.ts';

const DAY_MS = 24 * 3_600_000;

let told: ToldDestinations;
beforeEach(() => {
  told = new ToldDestinations();
});

const states = async (project: AlertProject) => (await firingsOf(project)).map(({ state }) => state);
const status = async (project: AlertProject, index = 0) => (await objectOf(project.id).statuses())[index];
const noticed = (project: AlertProject, count: number) =>
  until(`${count} notices`, () => told.of(project.destination).length >= count);

/** The condition has not held for a minute, and is looked at again. */
async function end(project: AlertProject): Promise<void> {
  await sql(project, 'DELETE FROM counts');
  await runInDurableObject(env.JOURNAL.getByName(`${project.id}/0`), (_, { storage }) => {
    storage.sql.exec('DELETE FROM parts');
  });
  await evaluateNow(project);
  await sql(project, "UPDATE rule_groups SET state = json_set(state, '$.clearSinceMs', 1)");
  await evaluateNow(project);
}

async function firing(project: AlertProject, change: Partial<AlertRule> = {}): Promise<Firing> {
  await project.configure([project.rule({ ...errorsAbove(1), ...change })]);
  await ingest(project, errors(2));
  await until('it fires', async () => (await states(project)).includes('firing'));
  const [first] = await firingsOf(project);
  if (!first) throw new Error('nothing fires');
  return first;
}

describe('a firing', () => {
  it('has one id from its first notice to its last, and its events say what docs/alerts.md says', async () => {
    const project = await alertProject();
    const { id } = await firing(project, { repeatSeconds: 60, labels: { team: 'pay' }, severity: 'critical' });
    await noticed(project, 1);
    await sql(project, "UPDATE rule_groups SET state = json_set(state, '$.lastNoticeAtMs', 1)");
    await evaluateNow(project);
    await noticed(project, 2);
    await end(project);
    await noticed(project, 3);
    const events = told.of(project.destination);
    expect(events.map(({ type }) => type)).toEqual(['alert.firing', 'alert.repeated', 'alert.resolved']);
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
    expect(events.map(({ subject }) => subject)).toEqual([id, id, id]);
    expect(events.map(({ data }) => (data.firings as unknown as Firing[]).map((one) => one.id))).toEqual([
      [id],
      [id],
      [id],
    ]);
    expect(events[2]?.data).toMatchObject({
      id: events[2]?.id,
      project: { id: project.id, name: 'Alerts' },
      rule: { name: 'Errors', severity: 'critical', labels: { team: 'pay' } },
      status: 'resolved',
      url: `https://ops.example.com/alerts?project=${project.id}`,
      firings: [{ id, state: 'resolved', notices: 3, value: 2, threshold: 1 }],
    });
    expect(await states(project)).toEqual(['resolved']);
    expect(await objectOf(project.id).findFiring(id)).toMatchObject({ id, state: 'resolved', notices: 3 });
  });

  it('that begins at ingest shows beside its rule by what, before the alarm has looked', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(1))]);
    await evaluateNow(project);
    expect(await status(project)).toMatchObject({ state: 'inactive', value: 0 });
    // Much later: nothing evaluates meanwhile.
    await sql(project, 'UPDATE rules SET due_at_ms = 9e15');
    await ingest(project, errors(2));
    await until('it fires', async () => (await states(project)).includes('firing'));
    expect(await status(project)).toMatchObject({ state: 'firing', value: 2, problem: null });
  });

  it('outlives the object’s memory in every state, under its id', async () => {
    const project = await alertProject();
    await project.configure([project.rule({ ...errorsAbove(1), forSeconds: 30 })]);
    await ingest(project, errors(2));
    await until('it pends', async () => (await states(project)).includes('pending'));
    const [pending] = await firingsOf(project);
    await evictDurableObject(objectOf(project.id));
    await evaluateNow(project);
    expect(await states(project)).toEqual(['pending']);
    await sql(
      project,
      "UPDATE rule_groups SET state = json_set(state, '$.pendingSinceMs', json_extract(state, '$.pendingSinceMs') - 30000)",
    );
    await evictDurableObject(objectOf(project.id));
    await evaluateNow(project);
    await evictDurableObject(objectOf(project.id));
    expect(await firingsOf(project)).toMatchObject([{ id: pending?.id, state: 'firing', notices: 1 }]);
    await end(project);
    await noticed(project, 2);
    expect(await firingsOf(project)).toMatchObject([{ id: pending?.id, state: 'resolved' }]);
    expect(told.lines(project.destination)).toEqual(['alert.firing', 'alert.resolved']);
  });

  it('that pended and came to nothing is not in the list', async () => {
    const project = await alertProject();
    await firing(project, { forSeconds: 0 });
    await project.configure([project.rule({ ...errorsAbove(1), forSeconds: 600 })]);
    await evaluateNow(project);
    expect((await states(project)).sort()).toEqual(['pending', 'resolved']);
    await end(project);
    expect(await states(project)).toEqual(['resolved']);
  });

  it('is listed newest first, by state and rule, in pages', async () => {
    const project = await alertProject();
    const rule = project.rule(errorsAbove(0, 'service'));
    await project.configure([rule]);
    for (const service of ['a', 'b', 'c']) {
      await ingest(project, errors(1, { service }) as never);
      await noticed(project, ['a', 'b', 'c'].indexOf(service) + 1);
    }
    const query = { state: null, ruleId: null, limit: 2, cursor: null };
    const first = await objectOf(project.id).firings(query);
    const rest = await objectOf(project.id).firings({ ...query, cursor: first.nextCursor });
    expect([...first.items, ...rest.items].map(({ group }) => group)).toEqual(['c', 'b', 'a']);
    expect([first.nextCursor === null, rest.nextCursor]).toEqual([false, null]);
    const count = async (change: object) => (await objectOf(project.id).firings({ ...query, ...change })).items.length;
    expect([
      await count({ state: 'resolved' }),
      await count({ ruleId: 'other' }),
      await count({ ruleId: rule.id }),
    ]).toEqual([0, 0, 2]);
  });

  it('says why it is quiet by the silences of now', async () => {
    const project = await alertProject();
    const { id } = await firing(project);
    const rule = project.rule({ ...errorsAbove(1) });
    const [known] = await objectOf(project.id).statuses();
    const now = Date.now();
    await project.configure(
      [{ ...rule, id: known?.ruleId ?? '' }],
      [silenceOf({ rule: known?.ruleId ?? '' }, now - 1, now + 60_000)],
    );
    expect(await objectOf(project.id).findFiring(id)).toMatchObject({ state: 'firing', quiet: 'silenced' });
  });

  it('that is acknowledged is not repeated until it ends, and is acknowledged also after an eviction', async () => {
    const project = await alertProject();
    const { id } = await firing(project, { repeatSeconds: 60 });
    await noticed(project, 1);
    const by = { by: 'usr_1', byName: 'Ada', atMs: 5, note: 'on it' };
    expect(await objectOf(project.id).acknowledge({ firingId: id, ...by })).toBe('applied');
    expect(await objectOf(project.id).acknowledge({ firingId: 'frg_none', ...by })).toBe('unknown_firing');
    await evictDurableObject(objectOf(project.id));
    await sql(project, "UPDATE rule_groups SET state = json_set(state, '$.lastNoticeAtMs', 1)");
    await evaluateNow(project);
    expect(await objectOf(project.id).findFiring(id)).toMatchObject({ acknowledged: by, quiet: 'acknowledged' });
    await end(project);
    await noticed(project, 2);
    expect(told.lines(project.destination)).toEqual(['alert.firing', 'alert.resolved']);
    expect(await objectOf(project.id).findFiring(id)).toMatchObject({ acknowledged: by, quiet: null });
  });

  it('keeps the later of two acknowledgements in whatever order they come, and none that was said after its end', async () => {
    const project = await alertProject();
    const { id } = await firing(project);
    const say = (byName: string, atMs: number) =>
      objectOf(project.id).acknowledge({ firingId: id, by: 'usr_1', byName, atMs, note: null });
    const known = async () => (await objectOf(project.id).findFiring(id))?.acknowledged?.byName;
    expect([await say('Ada', 6), await say('Bob', 5), await known()]).toEqual(['applied', 'applied', 'Ada']);
    await end(project);
    expect([await say('Cleo', Date.now() + 1_000), await known()]).toEqual(['over', 'Ada']);
    // Said while it fired: the object was away until now.
    expect([await say('Dora', 7), await known()]).toEqual(['applied', 'Dora']);
  });

  it('is forgotten 90 days after it ended, but not while it fires, and beyond the newest 10,000', async () => {
    const project = await alertProject();
    await firing(project);
    await sql(project, `UPDATE firings SET began_at_ms = ${Date.now() - 91 * DAY_MS}`);
    const row = (id: string, atMs: number) =>
      `INSERT INTO firings (id, rule_id, state, began_at_ms, firing) VALUES ('${id}', 'r', 'resolved', ${atMs}, '{}')`;
    await sql(project, row('old', Date.now() - 91 * DAY_MS));
    await sql(project, row('surplus', Date.now()));
    const long = row('long', Date.now() - 91 * DAY_MS).replace("'{}'", `'{"resolvedAtMs":${Date.now()}}'`);
    await sql(
      project,
      `INSERT INTO firings (id, rule_id, state, began_at_ms, firing)
       SELECT 'n' || value, 'r', 'resolved', ${Date.now()}, '{}' FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 10000) SELECT value FROM n)`,
    );
    await sql(project, long);
    await sql(project, "DELETE FROM meta WHERE name = 'cleaned_at_ms'");
    await alarm(project);
    expect(await sql(project, "SELECT id FROM firings WHERE id = 'long'")).toEqual([{ id: 'long' }]);
    const left = await sql(
      project,
      "SELECT count(*) AS n, sum(state = 'firing') AS firing, sum(id IN ('old', 'surplus')) AS gone FROM firings",
    );
    expect(left).toEqual([{ n: 10_001, firing: 1, gone: 0 }]);
  });
});

describe('notices', () => {
  it('go to each destination of the rule, and one that is away holds up no other', async () => {
    const project = await alertProject();
    told.away.add('dst_away');
    await firing(project, { destinationIds: ['dst_away', project.destination, project.destination] });
    await noticed(project, 1);
    expect(told.lines(project.destination)).toEqual(['alert.firing']);
    expect(await sql(project, 'SELECT destination_id FROM outbox')).toEqual([{ destination_id: 'dst_away' }]);
    told.away.clear();
    await evictDurableObject(objectOf(project.id));
    await alarm(project);
    expect(told.lines('dst_away')).toEqual(['alert.firing']);
    expect(await sql(project, 'SELECT * FROM outbox')).toEqual([]);
  });

  it('that a crash left between the decision and the call go again under the same id', async () => {
    const project = await alertProject();
    told.away.add(project.destination);
    await firing(project);
    const [row] = await sql(project, 'SELECT event_id FROM outbox');
    told.away.clear();
    await evictDurableObject(objectOf(project.id));
    await alarm(project);
    await alarm(project);
    expect(told.of(project.destination).map(({ id }) => id)).toEqual([row?.event_id]);
    expect(await states(project)).toEqual(['firing']);
  });

  it('whose answer was lost are told twice, and have one id', async () => {
    const project = await alertProject();
    await firing(project);
    await noticed(project, 1);
    const [event] = told.of(project.destination);
    await sql(
      project,
      `INSERT INTO outbox (destination_id, event_id, event, created_at_ms) VALUES ('${project.destination}', '${event?.id}', '${JSON.stringify(event)}', 1)`,
    );
    const calls = told.calls;
    await alarm(project);
    expect([told.calls - calls, told.of(project.destination).length]).toEqual([1, 1]);
  });

  it('wait for a destination that nobody has told what it is, a day at most', async () => {
    const project = await alertProject();
    told.unknown.add(project.destination);
    await firing(project);
    const waiting = async () => (await sql(project, 'SELECT count(*) AS n FROM outbox'))[0]?.n;
    await evictDurableObject(objectOf(project.id));
    await alarm(project);
    expect(await waiting()).toBe(1);
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await sql(project, `UPDATE outbox SET created_at_ms = ${Date.now() - DAY_MS - 1}`);
    await evictDurableObject(objectOf(project.id));
    await alarm(project);
    expect(await waiting()).toBe(0);
    expect(JSON.parse(String(logged.mock.calls[0]?.[0]))).toMatchObject({
      ...{ event: 'notices_forgotten', projectId: project.id },
    });
  });

  it('keep their order for each destination, many in one call', async () => {
    const project = await alertProject();
    told.away.add(project.destination);
    await project.configure([project.rule(errorsAbove(0, 'service'))]);
    for (let i = 0; i < 25; i++) {
      await ingest(project, errors(1, { service: `s${i}` }) as never);
      await until('it is owed', async () => (await sql(project, 'SELECT count(*) AS n FROM outbox'))[0]?.n === i + 1);
    }
    const calls = told.calls;
    told.away.clear();
    await evictDurableObject(objectOf(project.id));
    await alarm(project);
    expect(told.lines(project.destination)).toEqual(Array.from({ length: 25 }, (_, i) => `alert.firing s${i}`));
    expect(told.calls - calls).toBe(2);
  });
});

describe('a firing that is not told at once', () => {
  it('in a mute window is told when that ends, under its id', async () => {
    const project = await alertProject();
    const always = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 0, timeZone: 'Europe/Berlin' };
    const rule = project.rule({ ...errorsAbove(1), muteWindows: [always] });
    await project.configure([rule]);
    await ingest(project, errors(2));
    await until('it fires', async () => (await states(project)).includes('firing'));
    await evaluateNow(project);
    const [muted] = await firingsOf(project);
    expect([muted?.quiet, muted?.notices, told.events]).toEqual(['muted', 0, []]);
    await evictDurableObject(objectOf(project.id));
    await project.configure([{ ...rule, version: 2, muteWindows: [] }]);
    await evaluateNow(project);
    await noticed(project, 1);
    expect(await firingsOf(project)).toMatchObject([{ id: muted?.id, quiet: null, notices: 1 }]);
  });

  it('waits for others of its rule, and they are told in one notice', async () => {
    const project = await alertProject();
    await project.configure([project.rule({ ...errorsAbove(0, 'service'), groupWaitSeconds: 600 })]);
    for (const service of ['a', 'b', 'c']) await ingest(project, errors(1, { service }) as never);
    await until('all fire', async () => (await states(project)).length === 3);
    await evaluateNow(project);
    expect(told.events).toEqual([]);
    await evictDurableObject(objectOf(project.id));
    await sql(project, "UPDATE rule_groups SET state = json_set(state, '$.firedAtMs', 1)");
    await evaluateNow(project);
    await noticed(project, 1);
    const [notice, ...others] = told.lines(project.destination);
    expect([notice?.split(' ').sort(), others]).toEqual([['a', 'alert.firing', 'b', 'c'], []]);
  });
});

describe('settings', () => {
  it('that are older than those that are there change nothing', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(1))]);
    await project.configure([]);
    const older = { projectId: project.id, projectName: 'Old', origin: null, version: 1, silences: [] };
    await objectOf(project.id).configure({ ...older, rules: [project.rule()] });
    expect(await objectOf(project.id).statuses()).toEqual([]);
  });

  it('without a rule that fires end its firings, and tell those who were told', async () => {
    const project = await alertProject();
    await firing(project);
    await noticed(project, 1);
    await project.configure([]);
    await noticed(project, 2);
    expect(told.lines(project.destination)).toEqual(['alert.firing', 'alert.resolved']);
    expect(await states(project)).toEqual(['resolved']);
    expect(await sql(project, 'SELECT * FROM counts')).toEqual([]);
  });

  it('with other destinations tell the new one what fires, and the old one that it ended for it', async () => {
    const project = await alertProject();
    const rule = project.rule({
      ...errorsAbove(1),
      destinationIds: ['dst_old', project.destination],
      repeatSeconds: 0,
    });
    await project.configure([rule]);
    await ingest(project, errors(2));
    await noticed(project, 1);
    const next = `dst_next_${project.id}`;
    const changed = { ...rule, version: 2, destinationIds: [project.destination, next] };
    await project.configure([changed]);
    await until('all are told', () => told.of(next).length + told.of('dst_old').length === 3);
    expect([told.lines('dst_old'), told.lines(next)]).toEqual([['alert.firing', 'alert.resolved'], ['alert.firing']]);
    const [{ id, notices } = { id: '', notices: 0 }] = await firingsOf(project);
    const last = told.of('dst_old')[1]?.data.firings as unknown as Firing[];
    expect([last.map((one) => [one.id, one.state]), notices]).toEqual([[[id, 'resolved']], 1]);
    await end(project);
    await until('the new one hears its end', () => told.of(next).length === 2);
    expect(told.lines(project.destination)).toEqual(['alert.firing', 'alert.resolved']);
    expect(told.of('dst_old')).toHaveLength(2);
    await project.configure([{ ...changed, version: 3, destinationIds: [] }]);
    expect(told.of(next)).toHaveLength(2);
  });

  it('that disable a rule end its firings, unless nobody wants to hear of it', async () => {
    const project = await alertProject();
    const rule = project.rule({ ...errorsAbove(1), notifyResolved: false });
    await project.configure([rule]);
    await ingest(project, errors(2));
    await noticed(project, 1);
    await project.configure([{ ...rule, enabled: false }]);
    await alarm(project);
    expect(await states(project)).toEqual(['resolved']);
    await ingest(project, errors(5));
    await alarm(project);
    expect(told.lines(project.destination)).toEqual(['alert.firing']);
    await project.configure([rule]);
    await evaluateNow(project);
    expect((await states(project))[0]).toBe('firing');
  });

  it('with another threshold keep the firing and the counts; with another search they begin anew', async () => {
    const project = await alertProject();
    const rule = project.rule(errorsAbove(1));
    await project.configure([rule]);
    await ingest(project, errors(3));
    await noticed(project, 1);
    await project.configure([{ ...rule, ...errorsAbove(2), version: 2 }]);
    await evaluateNow(project);
    expect(await firingsOf(project)).toMatchObject([{ state: 'firing', threshold: 2 }]);
    expect(await sql(project, 'SELECT sum(records) AS n FROM counts')).toEqual([{ n: 3 }]);
    const condition = { ...errorsAbove(2).condition, query: 'level:fatal' };
    await project.configure([{ ...rule, condition, version: 3 }]);
    await evaluateNow(project);
    expect(await states(project)).toEqual(['resolved']);
    expect(await sql(project, 'SELECT sum(records) AS n FROM counts')).toEqual([{ n: null }]);
  });
});

describe('the alarm', () => {
  it('evaluates what no record says: silence fires, and a record ends it', async () => {
    const project = await alertProject();
    const silence = { kind: 'silence', stream: 'logs', query: '' } as const;
    await project.configure([project.rule({ condition: silence, windowSeconds: 10 })]);
    await alarm(project);
    expect(await states(project)).toEqual(['firing']);
    await ingest(project, { message: 'alive' } as never);
    await until('it begins to end', async () => {
      const [row] = await sql(project, "SELECT json_extract(state, '$.clearSinceMs') AS ms FROM rule_groups");
      return row?.ms !== null;
    });
  });

  it.each<[string, Condition, (project: AlertProject) => Promise<void>, RegExp]>([
    [
      'a percentile',
      {
        ...{ kind: 'measure', source: 'vitals', name: 'LCP', stat: 'p75', labels: {}, by: null, leastCount: 5 },
        ...{ comparison: 'above', threshold: 2_500 },
      },
      (project) =>
        put(
          project.id,
          Array.from({ length: 20 }, () => ({ stream: 'vitals', attrs: { name: 'LCP', value: 4_000, labels: {} } })),
        ),
      /p75 of LCP/,
    ],
    [
      'cookie bloat',
      { kind: 'cookie_bloat', stat: 'max_bytes', threshold: 4_000 },
      async ({ id }) => {
        const sample = { deviceHash: null, count: 12, warnings: [], day: dayOf(Date.now()), bytes: 5_000 };
        await fraudOf(env, id).noteCookies(sample);
      },
      /cookie/i,
    ],
    [
      'an anomaly',
      { kind: 'anomaly', stream: 'operations', name: 'p2p', stat: 'p95', by: null },
      async ({ id }) => {
        // Of the hour before, which the first half of an hour looks at; in the second half of the running one.
        const hourMs = Math.floor((Date.now() - 1_800_000) / 3_600_000) * 3_600_000;
        const calls = (ts: number, durationMs: number) =>
          Array.from({ length: 100 }, (_, i) => ({
            ...{ stream: 'operations', ts: ts + i },
            attrs: {
              scope: 'p2p',
              gateway: 'venmo',
              operation: 'create',
              durationMs: durationMs + i,
              outcome: 'success',
            },
          }));
        for (let week = 1; week <= 4; week++) await put(id, calls(hourMs - week * 7 * DAY_MS, 200 + week));
        await put(id, calls(hourMs, 900));
        await seal(id);
      },
      /^p95 of p2p was/,
    ],
  ])('fires by %s, and tells it', async (_, condition, happen, summary) => {
    const [project, quiet] = [await alertProject(), await alertProject()];
    await happen(project);
    for (const one of [project, quiet]) {
      await one.configure([one.rule({ condition, windowSeconds: 300 })]);
      await evaluateNow(one);
    }
    await noticed(project, 1);
    expect([told.lines(project.destination), told.of(quiet.destination)]).toEqual([['alert.firing'], []]);
    expect(await states(quiet)).toEqual([]);
    expect(await firingsOf(project)).toMatchObject([{ state: 'firing', summary: expect.stringMatching(summary) }]);
  });

  it('goes on with the other rules where one cannot be evaluated, and says so of that one', async () => {
    const project = await alertProject();
    const broken = project.rule({ condition: { ...errorsAbove(1).condition, query: '(' } });
    await project.configure([broken, project.rule(errorsAbove(1)), project.rule(errorsAbove(50))]);
    await ingest(project, errors(2));
    await evaluateNow(project);
    const of = async (id: string) => (await objectOf(project.id).statuses()).find(({ ruleId }) => ruleId === id);
    expect(await of(broken.id)).toMatchObject({ state: 'inactive', value: null });
    expect((await of(broken.id))?.problem).toContain('not understood');
    const others = (await objectOf(project.id).statuses()).filter(({ ruleId }) => ruleId !== broken.id);
    expect(others.map(({ value, problem }) => [value, problem])).toEqual([
      [2, null],
      [2, null],
    ]);
  });

  it('fires by the counts alone while the stores are away, and then says that this is not all', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(3)), project.rule(errorsAbove(1))]);
    await ingest(project, errors(2));
    await noticed(project, 1);
    vi.spyOn(Journal.prototype, 'readTail').mockRejectedValue(new Error('away') as never);
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await evaluateNow(project);
    expect(await status(project)).toMatchObject({ state: 'inactive', value: null });
    await evaluateNow(project);
    expect((await status(project))?.problem).toMatch(/^The store did not answer\. So in \d+ evaluations in a row\.$/);
    expect(await status(project, 1)).toMatchObject({ state: 'firing', value: 2 });
    expect(told.lines(project.destination)).toEqual(['alert.firing']);
  });

  it('comes back for what is more than one alarm does', async () => {
    const project = await alertProject();
    await project.configure(Array.from({ length: 60 }, () => project.rule(errorsAbove(1))));
    const left = async () =>
      (await sql(project, 'SELECT count(*) AS n FROM rules WHERE evaluated_at_ms IS NULL'))[0]?.n;
    await until('all are evaluated', async () => (await left()) === 0);
  });

  it('comes for each rule at least every minute, and sooner for short windows', async () => {
    const project = await alertProject();
    await project.configure([project.rule({ windowSeconds: 10 }), project.rule({ windowSeconds: 86_400 })]);
    const now = Date.now();
    await evaluateNow(project);
    const due = (await sql(project, 'SELECT due_at_ms AS ms FROM rules')).map(({ ms }) =>
      Math.round(((ms as number) - now) / 5_000),
    );
    expect(due.sort((a, b) => a - b)).toEqual([2, 12]);
  });

  it('comes by the right clock again after one that was an hour ahead', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(10))]);
    const ahead = vi.spyOn(Date, 'now');
    const realMs = Date.now();
    ahead.mockImplementation(() => realMs + 3_600_000);
    await evaluateNow(project);
    ahead.mockRestore();
    const armed = () => runInDurableObject(objectOf(project.id), (_, { storage }) => storage.getAlarm());
    expect(await armed()).toBeGreaterThan(realMs + 3_000_000);
    await ingest(project, errors(1));
    await until('it is armed for now', async () => ((await armed()) ?? 0) < realMs + 3_000_000);
    await until('it is evaluated', async () => ((await status(project))?.evaluatedAtMs ?? 0) < realMs + 3_000_000);
  });

  it('is armed again by an instance that starts', async () => {
    const project = await alertProject();
    await project.configure([project.rule()]);
    await alarm(project);
    await runInDurableObject(objectOf(project.id), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(objectOf(project.id));
    await objectOf(project.id).statuses();
    const armed = await runInDurableObject(objectOf(project.id), (_, { storage }) => storage.getAlarm());
    expect(armed).not.toBeNull();
  });
});

describe('a project that is disabled', () => {
  it('is not evaluated and tells nobody, until it is enabled again', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(1))]);
    await ingest(project, errors(1));
    await objectOf(project.id).setDisabled(project.id, true);
    await evictDurableObject(objectOf(project.id));
    await ingest(project, errors(5));
    await sql(project, 'UPDATE rules SET due_at_ms = 0');
    await alarm(project);
    expect([await states(project), told.events]).toEqual([[], []]);
    await objectOf(project.id).setDisabled(project.id, false);
    await evaluateNow(project);
    await noticed(project, 1);
    expect(await firingsOf(project)).toMatchObject([{ state: 'firing', value: 6 }]);
  });

  it('is not told what an evaluation finds that was under way', async () => {
    const project = await alertProject();
    await ingest(project, errors(5));
    const { readTail } = Journal.prototype;
    const open = Promise.withResolvers<void>();
    const held = async function (this: Journal, request: Parameters<typeof readTail>[0]) {
      await open.promise;
      return readTail.call(this, request);
    };
    const reading = vi.spyOn(Journal.prototype, 'readTail').mockImplementation(held as never);
    await project.configure([project.rule(errorsAbove(1))]);
    const evaluating = alarm(project);
    await until('it reads', () => reading.mock.calls.length > 0);
    await objectOf(project.id).setDisabled(project.id, true);
    open.resolve();
    await evaluating;
    expect([await states(project), told.events]).toEqual([[], []]);
  });
});

describe('the end of a project', () => {
  it('is known to the object before it is answered, and so is its return', async () => {
    const project = await alertProject();
    const admin = await signInAs('admin');
    const disabled = async () => (await sql(project, "SELECT value FROM meta WHERE name = 'disabled'"))[0]?.value;
    for (const [now, known] of [
      [true, '1'],
      [false, undefined],
    ] as const) {
      const answer = await callApp('PATCH', `/api/projects/${project.id}`, { as: admin, body: { disabled: now } });
      expect([answer.status, await disabled()]).toEqual([200, known]);
    }
  });
});

describe('what is about to fire', () => {
  it('warms its destinations once a minute, from seven tenths of the threshold on and while it pends', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(10))]);
    await ingest(project, errors(7));
    await ingest(project, errors(1));
    await until('it is warmed', () => told.warmed.length > 0);
    await ingest(project, errors(1));
    await until('it is counted', async () => (await sql(project, 'SELECT sum(records) AS n FROM counts'))[0]?.n === 9);
    expect(told.warmed).toEqual([project.destination]);

    const other = await alertProject();
    await other.configure([other.rule({ ...errorsAbove(0), forSeconds: 60 })]);
    await ingest(other, errors(1));
    await until('it is warmed', () => told.warmed.length > 1);
    expect(told.warmed[1]).toBe(other.destination);
  });
});

describe('those who watch', () => {
  it('hear on the topic health when something fires and when it ends', async () => {
    const project = await alertProject();
    const client = await LiveClient.open({ project: project.id, key: project.key });
    await client.subscribe(['health']);
    const { id, ruleId } = await firing(project, { severity: 'critical' });
    expect(await client.messages(1, 'health')).toEqual([`rule ${ruleId} fires`]);
    expect(await objectOf(project.id).counts()).toEqual({ critical: 1, warning: 0, info: 0 });
    await end(project);
    await client.messages(2, 'health');
    const attrs = client.updates('health').flatMap(({ records }) => (records ?? []).map((record) => record.attrs));
    const common = { change: 'firing', firingId: id, ruleId, severity: 'critical' };
    expect(attrs).toEqual([
      { ...common, state: 'firing' },
      { ...common, state: 'resolved' },
    ]);
    expect(await objectOf(project.id).counts()).toEqual({ critical: 0, warning: 0, info: 0 });
  });

  it('hear of many that fire at once by one call', async () => {
    const project = await alertProject();
    const called = vi.spyOn(Hub.prototype, 'announce');
    await project.configure([project.rule(errorsAbove(0, 'service')), project.rule(errorsAbove(0))]);
    await ingest(project, Array.from({ length: 30 }, (_, i) => errors(1, { service: `s${i}` })[0]) as never);
    await until('they fire', async () => (await states(project)).length === 31);
    const announced = () => called.mock.calls.reduce((sum, [, { count }]) => sum + count, 0);
    await until('they are announced', () => announced() === 31);
    // Of one publication one; the second rule may be found by the alarm first.
    expect(called.mock.calls.length).toBeLessThanOrEqual(2);
    expect(called.mock.calls.every(([topic]) => topic === 'health')).toBe(true);
  });
});
