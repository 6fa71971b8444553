import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealTrail } from '../../src/trail/seal/job.ts';
import type { AuditEntry } from '../../src/wire/audit.ts';
import { createKey, createProject, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { rowsRead as rowsReadOf } from '../helpers/worker/rows-read.ts';
import { lastSeq } from '../helpers/worker/trail.ts';

const ENTRIES = 100_000;
/** After whatever was written to get here. */
const START_MS = Math.ceil(Date.now() / 60_000) * 60_000 + 60_000;
const STEP_MS = 1_000;
/** Of a first page: a seek is 1, a page of 50 about 200, a bound of time half an hour of entries (1,800), the whole trail 100,000. */
const FEW_ROWS = 5_000;

let admin: SignedIn;

/** Rare things stand at the far end, where a scan from the newest entry on would come last. */
async function fill(): Promise<void> {
  const columns =
    'at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, table_name, operation, old_values, new_values';
  for (let from = 0; from < ENTRIES; from += 5_000) {
    await env.DB.batch([
      env.DB.prepare("INSERT OR REPLACE INTO audit_context VALUES (1, 1, 'system', 'fill', 'fill', 'cron')"),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + 4999)
         INSERT INTO audit (${columns})
         SELECT ?2 + i * ?3, iif(i = 7, 'console', iif(i % 3 = 0, 'user', 'system')), iif(i = 7, NULL, iif(i = 8, 'usr_rare', 'usr_' || (i % 50))),
           CASE WHEN i = 9 THEN 'rare.verb' WHEN i = 10 THEN 'rare_table.delete' WHEN i % 2 = 0 THEN 'projects.update' ELSE 'noun' || (i % 100) || '.verb' END,
           iif(i = 11, 'target-rare', 'target-' || (i % 1000)), iif(i = 12, 'prj_rare', 'prj_' || (i % 5)), 'req-' || (i / 3), '192.0.2.1',
           iif(i = 13, '{"word":"Needle"}', '{}'),
           CASE WHEN i = 10 THEN 'rare_table' WHEN i % 2 = 0 AND i <> 9 THEN 'projects' END,
           CASE WHEN i = 10 THEN 'delete' WHEN i % 2 = 0 AND i <> 9 THEN 'update' END, NULL, iif(i % 2 = 0, '{"name":"x"}', NULL)
         FROM n`,
      ).bind(from, START_MS, STEP_MS),
      env.DB.prepare('DELETE FROM audit_context'),
    ]);
  }
}

const list = (query: string): Promise<Answer> => callApp('GET', `/api/audit?${query}`, { as: admin });

const rowsRead = (query: string) => rowsReadOf(admin, `/api/audit?${query}`);

beforeAll(async () => {
  admin = await signInAs('admin');
  await fill();
}, 120_000);

describe('a first page of a trail of 100,000 entries', () => {
  it.each([
    ['', 50],
    ['project=prj_rare', 1],
    ['project=prj_1', 50],
    ['actor=usr_rare', 1],
    ['actor=usr_3', 50],
    ['actorKind=console', 1],
    ['action=rare.verb', 1],
    ['action=rare*', 2],
    ['action=projects.update', 50],
    ['target=target-rare', 1],
    ['target=target-5', 50],
    ['table=rare_table', 1],
    ['table=projects', 50],
    ['operation=delete', 1],
    ['operation=update', 50],
    ['requestId=req-2', 3],
    [`to=${START_MS + 20 * STEP_MS}`, 22],
    [`from=${START_MS + 40_000 * STEP_MS}&to=${START_MS + 40_010 * STEP_MS}`, 10],
    [`from=${new Date(START_MS + 90_000 * STEP_MS).toISOString()}`, 50],
    [`table=rare_table&from=${START_MS}`, 1],
  ])('by "%s" reads few rows', async (query, least) => {
    const { rows, answer } = await rowsRead(query);
    expect(answer.status).toBe(200);
    expect(answer.body.items.length).toBe(least);
    expect(rows, query).toBeLessThan(FEW_ROWS);
  });

  it('by a kind of actor that many actions have reads a page of each of them at most', async () => {
    const { rows, answer } = await rowsRead('actorKind=user&limit=20');
    expect(answer.body.items.length).toBe(20);
    expect(rows).toBeLessThan(10_000);
  });
});

describe('pages', () => {
  it('follow one another without a hole or a repeat, newest first, for each filter', async () => {
    for (const query of [
      'action=noun1.verb',
      'actor=usr_7&actorKind=user',
      'requestId=req-9',
      `kind=action&from=${START_MS + 99_000 * STEP_MS}`,
      `kind=change&target=target-8`,
      `from=${START_MS + 99_700 * STEP_MS}`,
    ]) {
      const seen: number[] = [];
      for (let cursor = ''; ; ) {
        const { body } = await list(`${query}&limit=300${cursor}`);
        seen.push(...body.items.map(({ seq }: AuditEntry) => seq));
        if (body.nextCursor === null) break;
        cursor = `&cursor=${body.nextCursor}`;
      }
      const params = new URLSearchParams(query);
      const { results } = await env.DB.prepare(
        `SELECT seq FROM audit WHERE (?1 IS NULL OR action = ?1) AND (?2 IS NULL OR actor_id = ?2) AND (?3 IS NULL OR actor_kind = ?3)
         AND (?4 IS NULL OR request_id = ?4) AND at_ms >= ?5 AND (?6 IS NULL OR target = ?6)
         AND (?7 IS NULL OR (table_name IS NULL) = (?7 = 'action')) ORDER BY seq DESC`,
      )
        .bind(
          params.get('action'),
          params.get('actor'),
          params.get('actorKind'),
          params.get('requestId'),
          Number(params.get('from') ?? 0),
          params.get('target'),
          params.get('kind'),
        )
        .all<{ seq: number }>();
      expect(seen, query).toEqual(results.map(({ seq }) => seq));
      expect(seen.length, query).toBeGreaterThan(2);
    }
  });

  it('of a search end where it has looked far enough, say how far, and go on there', async () => {
    const first = await list('q=needle');
    expect(first.body.items).toEqual([]);
    expect(first.body.searchedToSeq).toBe((await lastSeq()) - 4_999);
    expect(first.body.nextCursor).toBe(String(first.body.searchedToSeq));
    const found: AuditEntry[] = [];
    let pages = 0;
    for (let cursor: string | null = first.body.nextCursor; cursor !== null; pages++) {
      const { body } = await list(`q=needle&cursor=${cursor}`);
      found.push(...body.items);
      cursor = body.nextCursor;
      if (cursor === null) expect(body.searchedToSeq).toBeNull();
    }
    expect(found.map(({ detail }) => detail)).toEqual([{ word: 'Needle' }]);
    expect(pages).toBe(20);
  });

  it('refuse what they do not take, all of it at once', async () => {
    const { status, body } = await list(
      'limit=0&kind=either&actorKind=nobody&operation=select&from=yesterday&cursor=x',
    );
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      ...['/kind', '/actorKind', '/operation', '/from', '/limit', '/cursor'],
    ]);
    expect((await list(`q=${'x'.repeat(201)}`)).status).toBe(400);
  });
});

describe('an entry', () => {
  it('says who it was by the name of today, what was before and after, and whether it is sealed', async () => {
    const user = await createUser({ role: 'admin' });
    const session = await signIn(user);
    const project = await createProject();
    const made = await callApp('POST', `/api/projects/${project.id}/keys`, {
      as: session,
      body: { name: 'a key', scopes: ['ingest'] },
    });
    const before = await list(`target=${made.body.id}`);
    expect(before.body.items[0]).toMatchObject({
      actorKind: 'user',
      actorId: user.id,
      actorName: user.username,
      projectId: project.id,
      sealed: false,
    });
    expect(before.body.items.map(({ kind }: AuditEntry) => kind).toSorted()).toEqual(['action', 'change']);
    const change = before.body.items.find(({ kind }: AuditEntry) => kind === 'change');
    expect(change).toMatchObject({ action: 'project_keys.insert', detail: {} });
    expect(change.change).toMatchObject({ table: 'project_keys', operation: 'insert', oldValues: null });
    expect(change.change.newValues.name).toBe('a key');
    for (let run = 0; run < 12; run++) await sealTrail(testCtx());
    const after = await list(`target=${made.body.id}`);
    expect(after.body.items.map(({ sealed }: AuditEntry) => sealed)).toEqual([true, true]);
    const key = await createKey(project.id, ['admin']);
    await callApp('POST', `/api/projects/${project.id}/keys`, {
      key: key.key,
      body: { name: 'by a key', scopes: ['ingest'] },
    });
    const byKey = await list(`actor=${key.id}`);
    expect(byKey.body.items[0]).toMatchObject({ actorKind: 'key', actorName: expect.any(String) });
  });

  it('that was written past the program, and is no JSON, is shown and breaks nothing', async () => {
    await env.DB.prepare(
      "INSERT INTO audit_changes VALUES ('users', 'update', 'usr_forged', NULL, 'no \"json', NULL)",
    ).run();
    const { body } = await list('target=usr_forged');
    expect(body.items[0]).toMatchObject({
      actorKind: 'console',
      change: { oldValues: { text: 'no "json' }, newValues: null },
    });
  });
});
