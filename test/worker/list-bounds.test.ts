import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { openBreach } from '../helpers/worker/breaches.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { rowsRead } from '../helpers/worker/rows-read.ts';

const ROWS = 5_000;
/** A page of 50 and what belongs to its rows: each is looked up by its key. */
const FEW_ROWS = 600;
/** Where a page has to pass every row of an index once, it reads none of the rows themselves. */
const ONE_PASS = ROWS + FEW_ROWS;
const DAY_MS = 86_400_000;
/** A hundred archives a day, back from here. */
const LAST_DAY_MS = Date.UTC(2026, 5, 30);

const NUMBERS = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1})`;

let admin: SignedIn;
let projectId: string;
let emptyId: string;
let breachId: string;

beforeAll(async () => {
  admin = await signInAs('admin');
  [projectId, emptyId] = [(await createProject()).id, (await createProject()).id];
  breachId = await openBreach(projectId);
  await env.DB.batch([
    env.DB.prepare("INSERT OR REPLACE INTO audit_context VALUES (1, 1, 'system', 'fill', 'fill', 'cron')"),
    env.DB.prepare(
      `${NUMBERS} INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
         storage_class, created_at_ms, sources)
       SELECT 'arc_' || i, ?1, date(?2 / 1000 - (i / 100) * 86400, 'unixepoch'), i % 100 + 1, 'logs', 'current', 'key/' || i, 1, 1, 1, 1,
         ?2 - (i / 100) * ${DAY_MS}, ?2 - (i / 100) * ${DAY_MS} + 5, '', 'Standard', 1, '[]' FROM n`,
    ).bind(projectId, LAST_DAY_MS),
    env.DB.prepare(
      `${NUMBERS} INSERT INTO notices (id, kind, severity, title, detail, at_ms) SELECT 'made/' || i, 'job.failed', 'warning', 'A job failed', '{}', 1000 + i FROM n`,
    ),
    env.DB.prepare(
      `${NUMBERS} INSERT INTO breaches (id, project_id, title, state, version, detected_at_ms, aware_at_ms, facts, regimes, rank, sort_ms, created_at_ms, created_by,
         created_by_name)
       SELECT 'brc_made' || i, ?1, 'Made up', 'contained', 1, 1, 1, '{"kinds":[],"categoriesOfPeople":[],"categoriesOfRecords":[],"lateReasons":{}}', '[]', 1, i, i,
         'usr_1', 'ada' FROM n`,
    ).bind(projectId),
    env.DB.prepare(
      `${NUMBERS} INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state)
       SELECT ?1, ?2, 'u' || i, 1, 1, 1, 1, iif(i = 4000, 'failed', 'delivered') FROM n`,
    ).bind(breachId, projectId),
    env.DB.prepare(
      `${NUMBERS} INSERT INTO communications (id, subject_id, at_ms, recorded_at_ms, by_id, by_name, recipient, channel, subject, body)
       SELECT 'com_' || i, ?1, 1000 + i, 1, 'usr_1', 'ada', 'Maria', 'email', 'Letter ' || i, 'Dear Maria,' FROM n`,
    ).bind(breachId),
    env.DB.prepare('UPDATE breach_totals SET notifications = 1 WHERE breach_id = ?1').bind(breachId),
    env.DB.prepare('DELETE FROM audit_context'),
  ]);
}, 120_000);

describe('a page of a long list', () => {
  it('of archives reads no archive outside of the range of time, and passes the newer ones in an index', async () => {
    const range = (fromDays: number, toDays: number) =>
      `/api/archives?project=${projectId}&limit=50&from=${LAST_DAY_MS - fromDays * DAY_MS}&to=${LAST_DAY_MS - toDays * DAY_MS}`;
    const newest = await rowsRead(admin, `/api/archives?project=${projectId}&limit=50`);
    expect(newest.answer.body.items[0].day).toBe('2026-06-30');
    expect(newest.rows).toBeLessThan(FEW_ROWS);
    const tooNew = await rowsRead(admin, range(-20, -40));
    expect(tooNew.answer.body.items).toEqual([]);
    expect(tooNew.rows).toBeLessThan(FEW_ROWS);
    for (const stream of ['', '&stream=logs']) {
      const old = await rowsRead(admin, range(49, 40) + stream);
      expect(old.answer.body.items[0].day).toBe('2026-05-20');
      expect(old.rows).toBeLessThan(ONE_PASS);
    }
  });

  it('of archives has those of years that four digits do not hold, whatever the range begins with', async () => {
    const far = { day: '+012000-01-01', ms: Date.UTC(12_000, 0, 1) };
    await env.DB.prepare(
      `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
         storage_class, created_at_ms, sources)
       VALUES ('arc_far', ?1, ?2, 1, 'logs', 'current', 'key/far', 1, 1, 1, 1, ?3, ?3, '', 'Standard', 1, '[]')`,
    )
      .bind(emptyId, far.day, far.ms)
      .run();
    for (const from of [0, LAST_DAY_MS, far.ms - 1]) {
      const { body } = await callApp('GET', `/api/archives?project=${emptyId}&from=${from}`, { as: admin });
      expect(body.items.map(({ day }: { day: string }) => day)).toEqual([far.day]);
    }
  });

  it('of notices begins where the page before it ended', async () => {
    const first = await rowsRead(admin, '/api/notices?limit=50');
    const deep = btoa('1100.made/100').replaceAll('=', '');
    const { rows, answer } = await rowsRead(admin, `/api/notices?limit=50&cursor=${deep}`);
    expect(first.rows).toBeLessThan(FEW_ROWS);
    expect(answer.body.items[0].id).toBe('made/99');
    expect(rows).toBeLessThan(FEW_ROWS);
  });

  it('of breaches of a project and a state reads none of another project or state', async () => {
    const none = await rowsRead(admin, `/api/compliance/breaches?project=${emptyId}&state=contained`);
    expect(none.answer.body.items).toEqual([]);
    expect(none.rows).toBeLessThan(FEW_ROWS);
    const one = await rowsRead(admin, `/api/compliance/breaches?project=${projectId}&state=open`);
    expect(one.answer.body.items.map(({ id }: { id: string }) => id)).toEqual([breachId]);
    expect(one.rows).toBeLessThan(FEW_ROWS);
  });

  it('of affected users in a state reads those in that state', async () => {
    const affected = (state: string) => rowsRead(admin, `/api/compliance/breaches/${breachId}/affected?state=${state}`);
    const failed = await affected('failed');
    expect(failed.answer.body.items.map(({ userId }: { userId: string }) => userId)).toEqual(['u4000']);
    expect(failed.rows).toBeLessThan(FEW_ROWS);
    const pending = await affected('pending');
    expect(pending.answer.body.items).toEqual([]);
    expect(pending.rows).toBeLessThan(FEW_ROWS);
  });

  it('of what was said comes in either order, each page behind the one before', async () => {
    const log = `/api/compliance/breaches/${breachId}/communications?limit=50`;
    const said = async (query: string) => {
      const { rows, answer } = await rowsRead(admin, log + query);
      expect(rows).toBeLessThan(FEW_ROWS);
      const { items, nextCursor } = answer.body;
      return { first: items[0].id, last: items.at(-1).id, next: `&cursor=${nextCursor}` };
    };
    const oldest = await said('');
    expect(oldest).toMatchObject({ first: 'com_0', last: 'com_49' });
    expect(await said(oldest.next)).toMatchObject({ first: 'com_50', last: 'com_99' });
    const newest = await said('&order=desc');
    expect(newest).toMatchObject({ first: 'com_4999', last: 'com_4950' });
    expect(await said(`&order=desc${newest.next}`)).toMatchObject({ first: 'com_4949', last: 'com_4900' });
    expect((await callApp('GET', `${log}&order=newest`, { as: admin })).body.code).toBe('invalid_input');
  });
});
