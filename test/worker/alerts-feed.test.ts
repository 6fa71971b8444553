import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Alerts } from '../../durable-objects/alerts/alerts.ts';
import { Recorder } from '../../durable-objects/alerts/recorder.ts';
import { Rulebook } from '../../durable-objects/alerts/rulebook.ts';
import { CountStore } from '../../durable-objects/alerts/stores/count-store.ts';
import { FiringStore } from '../../durable-objects/alerts/stores/firing-store.ts';
import { SettingsStore } from '../../durable-objects/alerts/stores/settings-store.ts';
import { Journal } from '../../durable-objects/journal/journal.ts';
import { journalFor, type Publication } from '../../src/journal/index.ts';
import type { AlertRule } from '../../src/wire/alerts.ts';
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
import { append, batchOf } from '../helpers/worker/journal.ts';
import { ingest, liveProject } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

let told: ToldDestinations;
beforeEach(() => {
  told = new ToldDestinations();
});

const journal = ({ id }: AlertProject) => journalFor(env, id, 0);
const fires = async (project: AlertProject) =>
  (await firingsOf(project)).filter(({ state }) => state === 'firing').map(({ group, value }) => [group, value]);
const sum = async (project: AlertProject) =>
  (await sql(project, 'SELECT coalesce(sum(records), 0) AS n FROM counts'))[0]?.n;

/** Everything that was appended is counted. */
async function counted(project: AlertProject, records: number): Promise<void> {
  await until(`${records} counted records`, async () => (await sum(project)) === records);
}

async function parts(project: AlertProject): Promise<Publication['parts']> {
  return (await journal(project).readFrom('logs', 1, Number.MAX_SAFE_INTEGER)).parts;
}

/** Stores records whose publication gets lost on the way. */
async function ingestUnpublished(project: AlertProject, records: Record<string, unknown>[]): Promise<void> {
  const meta = (statement: string) =>
    runInDurableObject(journal(project), (_, { storage }) => void storage.sql.exec(statement));
  await meta("UPDATE meta SET name = 'hidden' WHERE name = 'alerts_attached'");
  await evictDurableObject(journal(project));
  await ingest(project, records as never);
  await meta("UPDATE meta SET name = 'alerts_attached' WHERE name = 'hidden'");
}

describe('what journals publish', () => {
  it('is counted once, also where it comes twice and after the object has lost its memory', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(100))]);
    await ingest(project, errors(3));
    await counted(project, 3);
    const again = await parts(project);
    for (let i = 0; i < 2; i++) {
      expect(await objectOf(project.id).publish({ shard: 0, parts: again, heads: null })).toEqual({ attached: true });
      await evictDurableObject(objectOf(project.id));
    }
    await ingest(project, errors(2));
    await counted(project, 5);
  });

  it('fires in the very call that passes the threshold, and is told before anything else happens', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(4))]);
    await ingest(project, errors(4));
    await counted(project, 4);
    expect(await fires(project)).toEqual([]);
    await ingest(project, errors(1));
    await until('the notice', () => told.of(project.destination).length === 1);
    expect(await fires(project)).toEqual([['', 5]]);
    expect(told.of(project.destination)[0]).toMatchObject({ type: 'alert.firing', projectId: project.id });
  });

  it('is asked for by the streams that rules want alone, and by none where no rule counts', async () => {
    const project = await alertProject();
    const published = vi.spyOn(Alerts.prototype, 'publish');
    await ingest(project, errors(1));
    await project.configure([
      project.rule({ condition: { kind: 'cookie_bloat', stat: 'max_bytes', threshold: 1 } }),
      project.rule({ ...errorsAbove(1), enabled: false }),
    ]);
    await ingest(project, errors(1));
    expect(published).not.toHaveBeenCalled();
    await project.configure([project.rule({ condition: { kind: 'silence', stream: 'vitals', query: '' } })]);
    await ingest(project, errors(1));
    await ingest(project, { stream: 'vitals', type: 'LCP', attrs: { value: 1 } } as never);
    await until('the publication', () => published.mock.calls.length > 0);
    const streams = published.mock.calls.flatMap(([{ parts: sent }]) => sent.map(({ stream }) => stream));
    expect(streams).toEqual(['vitals']);
  });

  it('ends when no rule counts any more', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(100))]);
    await ingest(project, errors(1));
    await counted(project, 1);
    await project.configure([]);
    await ingest(project, errors(1));
    await until('the journal has let go', async () => {
      const [row] = await runInDurableObject(journal(project), (_, { storage }) =>
        storage.sql.exec("SELECT count(*) AS n FROM meta WHERE name = 'alerts_attached'").toArray(),
      );
      return row?.n === 0;
    });
    expect(await sql(project, 'SELECT * FROM followed')).toEqual([]);
  });

  it('does not slow those who send: an object that is away holds up no append', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(1))]);
    const away = vi.spyOn(Alerts.prototype, 'publish').mockReturnValue(new Promise(() => undefined));
    for (let i = 0; i < 20; i++) await ingest(project, errors(1));
    expect(away).toHaveBeenCalledTimes(1);
  });

  it('goes to a hub that listens too, each on its own', async () => {
    const here = await liveProject();
    const project = { ...(await alertProject()), id: here.project };
    const client = await here.open();
    await client.subscribe(['logs']);
    const rule = project.rule({ ...errorsAbove(1), projectId: here.project });
    await objectOf(here.project).configure({
      ...{ projectId: here.project, projectName: 'Live', origin: null, version: 1, rules: [rule], silences: [] },
    });
    await ingest(here, errors(2));
    expect(await client.messages(2)).toEqual(['e 0', 'e 1']);
    await until('the notice', () => told.of(project.destination).length === 1);
    expect(told.of(project.destination)[0]?.data.url).toBeNull();
  });
});

describe('the window', () => {
  it('is of the records’ own times', async () => {
    const project = await alertProject();
    await project.configure([project.rule({ ...errorsAbove(2), windowSeconds: 600 })]);
    const now = Date.now();
    await ingest(project, errors(3, { ts: now - 700_000 }) as never);
    await ingest(project, errors(2, { ts: now - 500_000 }) as never);
    await counted(project, 2);
    expect(await fires(project)).toEqual([]);
    await ingest(project, errors(1, { ts: now - 60_000 }) as never);
    await until('the notice', () => told.of(project.destination).length === 1);
    expect(await fires(project)).toEqual([['', 3]]);
  });

  it('goes on with the clock: what was in it leaves it, and is forgotten', async () => {
    const project = await alertProject();
    const rule = project.rule({ ...errorsAbove(2), windowSeconds: 10 });
    await project.configure([rule]);
    await ingest(project, errors(2, { ts: Date.now() - 7_000 }) as never);
    await counted(project, 2);
    await until('they are too old', async () => {
      await evaluateNow(project);
      return (await sum(project)) === 0;
    });
    await ingest(project, errors(1));
    await counted(project, 1);
    expect(await fires(project)).toEqual([]);
  });
});

describe('a gap', () => {
  it('is not counted as nothing: the alarm asks the stores, and takes what is larger', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(5))]);
    await ingest(project, errors(2));
    await counted(project, 2);
    await ingestUnpublished(project, errors(4));
    expect(await fires(project)).toEqual([]);
    await evaluateNow(project);
    expect(await fires(project)).toEqual([['', 6]]);
  });

  it('is seen when the next publication comes, and counting goes on behind it', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(100))]);
    await ingest(project, errors(2));
    await counted(project, 2);
    await ingestUnpublished(project, errors(4));
    await evictDurableObject(journal(project));
    await ingest(project, errors(1));
    await counted(project, 3);
    const [row] = await sql(project, 'SELECT next_seq FROM followed');
    expect(row).toEqual({ next_seq: 8 });
    await evaluateNow(project);
    expect((await objectOf(project.id).statuses())[0]).toMatchObject({ value: 7, problem: null });
  });

  it('of a journal that restarted with an unpublished tail is told, without waiting for the next record', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(100))]);
    await ingest(project, errors(2));
    await counted(project, 2);
    const before = (await sql(project, 'SELECT since_ms FROM followed'))[0]?.since_ms as number;
    await ingestUnpublished(project, errors(4));
    await evictDurableObject(journal(project));
    await journal(project).status();
    await until('the heads', async () => (await sql(project, 'SELECT next_seq FROM followed'))[0]?.next_seq === 7);
    expect((await sql(project, 'SELECT since_ms FROM followed'))[0]?.since_ms).toBeGreaterThanOrEqual(before);
    expect(await sum(project)).toBe(2);
  });

  it('makes the rules due that it may concern, without one search for each loss', async () => {
    const project = await alertProject();
    await project.configure([
      project.rule(errorsAbove(5)),
      project.rule({ condition: { ...errorsAbove(5).condition, stream: 'vitals' } }),
    ]);
    await alarm(project);
    await ingest(project, errors(2));
    await counted(project, 2);
    const longAgo = Date.now() - 50_000;
    await sql(project, `UPDATE rules SET evaluated_at_ms = ${longAgo}`);
    await ingestUnpublished(project, errors(4));
    await evictDurableObject(journal(project));
    await journal(project).status();
    await until('the heads', async () => (await sql(project, 'SELECT next_seq FROM followed'))[0]?.next_seq === 7);
    const due = async () =>
      (await sql(project, 'SELECT due_at_ms - evaluated_at_ms AS ms FROM rules ORDER BY due_at_ms')).map(
        ({ ms }) => ms as number,
      );
    await until('it fires', async () => (await fires(project)).length === 1);
    expect(await fires(project)).toEqual([['', 6]]);
    expect((await due()).every((ms) => ms >= 10_000)).toBe(true);
  });

  it('of rules that came after the records is what a search finds', async () => {
    const project = await alertProject();
    await ingest(project, errors(3));
    await project.configure([project.rule(errorsAbove(2))]);
    await evaluateNow(project);
    expect(await fires(project)).toEqual([['', 3]]);
  });

  it('is not there where the whole window was counted: then no search is made', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(100))]);
    await ingest(project, errors(3));
    await counted(project, 3);
    await sql(project, 'UPDATE followed SET since_ms = 0');
    await sql(project, 'UPDATE rules SET counted_since_ms = 0');
    await evictDurableObject(objectOf(project.id));
    const searched = vi.spyOn(Journal.prototype, 'readTail');
    await evaluateNow(project);
    expect((await objectOf(project.id).statuses())[0]).toMatchObject({ value: 3, problem: null });
    expect(searched).not.toHaveBeenCalled();
    await sql(project, `UPDATE followed SET since_ms = ${Date.now() - 59_000}`);
    await evictDurableObject(objectOf(project.id));
    await evaluateNow(project);
    expect(searched).toHaveBeenCalled();
  });
});

describe('an object that lost its memory while a journal is away', () => {
  it('ends nothing by what it counted before: it does not know what it missed', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(1))]);
    await ingest(project, errors(2));
    await until('it fires', async () => (await fires(project)).length === 1);
    await evaluateNow(project);
    await sql(project, 'UPDATE followed SET since_ms = 1');
    await sql(project, 'UPDATE rules SET counted_since_ms = 1');
    await sql(project, 'DELETE FROM counts');
    await evictDurableObject(objectOf(project.id));
    for (const name of ['attach', 'readTail'] as const) {
      vi.spyOn(Journal.prototype, name).mockRejectedValue(new Error('away') as never);
    }
    for (const name of ['warn', 'error'] as const) vi.spyOn(console, name).mockImplementation(() => undefined);
    await evaluateNow(project);
    const [state] = await sql(project, "SELECT json_extract(state, '$.clearSinceMs') AS ms FROM rule_groups");
    expect(state).toEqual({ ms: null });
    expect((await objectOf(project.id).statuses())[0]).toMatchObject({ value: null, state: 'firing' });
  });
});

describe('two shards', () => {
  it('are counted together, each in its own sequence, and one that is not followed leaves the window to a search', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(5))]);
    const publication = async (shard: number, count: number) => {
      const request = { ...batchOf(project.id, errors(count)), shard };
      const [part] = request.parts;
      if (!part) throw new Error('no part');
      return { shard, parts: [{ ...part, firstSeq: 1 }], heads: null };
    };
    await append(batchOf(project.id, errors(3)));
    await counted(project, 3);
    // The deployment has one shard: a publication of another one is of a journal that nobody asked.
    await objectOf(project.id).publish(await publication(1, 9));
    expect([await sum(project), await fires(project)]).toEqual([3, []]);
    await sql(project, "INSERT INTO followed (shard, stream, next_seq, since_ms) VALUES (1, 'logs', 1, 0)");
    await evictDurableObject(objectOf(project.id));
    const other = await publication(1, 3);
    await objectOf(project.id).publish(other);
    await objectOf(project.id).publish(other);
    expect([await sum(project), await fires(project)]).toEqual([6, [['', 6]]]);
  });
});

describe('groups', () => {
  it('have a firing each, a hundred of them at a time; the rest has no place and is found by the alarm', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(1, 'service'))]);
    const services = Array.from({ length: 130 }, (_, i) => `s${String(i).padStart(3, '0')}`);
    await ingest(project, services.flatMap((service) => errors(2, { service })) as never);
    await until('the notice', () => told.of(project.destination).length === 1);
    const rows = await sql(project, 'SELECT group_key, sum(records) AS n FROM counts GROUP BY group_key');
    expect(rows).toHaveLength(101);
    expect(rows.find(({ group_key }) => group_key === '(other)')).toEqual({ group_key: '(other)', n: 60 });
    expect((await fires(project)).length).toBe(100);
    await evaluateNow(project);
    const firing = await fires(project);
    expect(firing.filter(([group]) => group === '(other)')).toEqual([['(other)', 2]]);
    expect(firing).toHaveLength(100);
  });
});

describe('a busy journal', () => {
  it('writes no state for what pends and pends on: the alarm brings its value up to date', async () => {
    const project = await alertProject();
    await project.configure([project.rule({ ...errorsAbove(1), forSeconds: 600 })]);
    const values = async () => (await firingsOf(project)).map(({ id, state, value }) => [id, state, value]);
    await ingest(project, errors(2));
    await until('it pends', async () => (await values()).length === 1);
    const [[id] = []] = await values();
    await ingest(project, errors(3));
    await counted(project, 5);
    expect(await values()).toEqual([[id, 'pending', 2]]);
    await evaluateNow(project);
    expect(await values()).toEqual([[id, 'pending', 5]]);
    await sql(project, "UPDATE rule_groups SET state = json_set(state, '$.pendingSinceMs', 1)");
    await ingest(project, errors(1));
    await until('it fires', async () => (await fires(project)).length === 1);
    expect(await values()).toEqual([[id, 'firing', 6]]);
  });

  it('has its groups looked up without reading every bucket of them', async () => {
    const project = await alertProject();
    await runInDurableObject(objectOf(project.id), (_, { storage }) => {
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
      const exec = (statement: string, ...bindings: unknown[]) => {
        const cursor = storage.sql.exec(statement, ...bindings);
        cursors.push(cursor);
        return cursor;
      };
      const counts = new CountStore({ exec } as unknown as SqlStorage);
      const groups = Array.from({ length: 50 }, (_, i) => `g${String(i).padStart(2, '0')}`);
      for (const group of groups) for (let bucket = 0; bucket < 100; bucket++) counts.add('rul_1', group, bucket, 1);
      counts.add('rul_0', 'of another rule', 1, 1);
      cursors.length = 0;
      expect(counts.groups('rul_1')).toEqual(groups);
      expect(counts.groups('rul_2')).toEqual([]);
      expect(cursors.reduce((all, { rowsRead }) => all + rowsRead, 0)).toBeLessThan(1_000);
    });
  });
});

describe('very many groups', () => {
  it('are written as those that have a place and one more', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(50, 'service'))]);
    const added = vi.spyOn(CountStore.prototype, 'add');
    const ts = Date.now();
    await ingest(project, Array.from({ length: 600 }, (_, i) => errors(1, { service: `s${i}`, ts })[0]) as never);
    await counted(project, 600);
    expect(added.mock.calls.length).toBe(101);
  });
});

describe('a rule that is changed while a publication is counted', () => {
  it('lacks what was counted for what it was: its window is known by a search from then on', async () => {
    const project = await alertProject();
    const rule = project.rule(errorsAbove(1));
    await runInDurableObject(objectOf(project.id), (_, { storage }) => {
      const { sql } = storage;
      const [settings, counts, firings] = [new SettingsStore(sql), new CountStore(sql), new FiringStore(sql)];
      const rulebook = new Rulebook(settings);
      const configure = (rules: AlertRule[], nowMs: number) => {
        rulebook.save({ projectId: project.id, projectName: '', origin: null, version: 1, rules, silences: [] }, nowMs);
        rulebook.load();
      };
      configure([rule], 1_000);
      const tally = new Map(rulebook.counters().map((counter) => [counter, new Map([['', new Map([[1, 5]])]])]));
      configure([{ ...rule, ...errorsAbove(3), version: 2 }], 2_000);
      expect(rulebook.get(rule.id)?.countedSinceMs).toBe(1_000);
      const recorder = new Recorder({ counts, firings, settings, rulebook, decider: null as never });
      recorder.record({ tally, rows: [], missed: [] }, 3_000);
      expect([rulebook.get(rule.id)?.countedSinceMs, settings.rules()[0]?.countedSinceMs]).toEqual([3_000, 3_000]);
      configure([], 4_000);
      expect(() => recorder.record({ tally, rows: [], missed: [] }, 5_000)).not.toThrow();
    });
  });
});

describe('a clock that is set back', () => {
  it('leaves nothing that counts twice or waits for ever: the window is known again by a search', async () => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(5))]);
    await ingest(project, errors(4));
    await counted(project, 4);
    const ahead = Date.now() + 3_600_000;
    await sql(project, `UPDATE followed SET since_ms = ${ahead}`);
    await sql(project, `UPDATE rules SET counted_since_ms = ${ahead}, due_at_ms = ${ahead}`);
    await sql(project, 'UPDATE counts SET bucket = bucket + 1000000');
    await evictDurableObject(objectOf(project.id));
    await alarm(project);
    expect((await objectOf(project.id).statuses())[0]).toMatchObject({ value: 4, problem: null });
    await ingest(project, errors(2));
    await until('the notice', async () => {
      await evaluateNow(project);
      return told.of(project.destination).length === 1;
    });
    expect(await fires(project)).toEqual([['', 6]]);
    const [known] = await sql(project, 'SELECT max(since_ms, counted_since_ms) AS since_ms FROM followed, rules');
    expect(known?.since_ms).toBeLessThan(ahead);
  });
});
