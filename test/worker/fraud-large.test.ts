import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { EventStore } from '../../durable-objects/fraud/event-store.ts';
import { ReferenceStore } from '../../durable-objects/fraud/reference-store.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import { type FraudProject, fraudProject } from '../helpers/worker/fraud.ts';

const DAY_MS = 86_400_000;
const NUMBERS = (most: number) =>
  `(WITH RECURSIVE r(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM r WHERE n < ${most}) SELECT n FROM r)`;
const sqlIn = (project: FraudProject, run: (sql: SqlStorage) => void) =>
  runInDurableObject(fraudOf(env, project.id), (_, { storage }) => run(storage.sql));

/** Rows that are read and written for what `run` does. */
function costOf<T>(sql: SqlStorage, run: (counted: SqlStorage) => T): { answer: T; rows: number } {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const counted = {
    exec: (statement: string, ...bindings: unknown[]) => {
      const cursor = sql.exec(statement, ...bindings);
      cursors.push(cursor);
      return cursor;
    },
  } as unknown as SqlStorage;
  const answer = run(counted);
  return { answer, rows: cursors.reduce((sum, { rowsRead, rowsWritten }) => sum + rowsRead + rowsWritten, 0) };
}

const ANY = {
  userId: null,
  fromMs: -8.64e15,
  toMs: 8.64e15,
  minScore: 0,
  decision: null,
  rule: null,
  cursor: null,
  limit: 50,
};

describe('30,000 events of one account among those of others', () => {
  async function crowded(): Promise<FraudProject> {
    const project = await fraudProject();
    await project.event({ userId: 'hot' });
    await sqlIn(project, (sql) => {
      sql.exec('DELETE FROM outbox');
      sql.exec(
        `INSERT INTO events SELECT n, 'id' || n, at_ms + n, CASE WHEN n = 2 THEN 'cold' ELSE 'hot' END, session_id, event_type, success, amount_cents,
           gateway, metadata, device_ref, address_ref, country, CASE WHEN n = 3 THEN 99 ELSE 0 END, decision, reasons, rules_version, facts, verdict
         FROM events, ${NUMBERS(30_000)} WHERE seq = 1`,
      );
    });
    return project;
  }

  it('a page reads what it shows, of the account and of all', async () => {
    const project = await crowded();
    await sqlIn(project, (sql) => {
      for (const userId of [null, 'hot', 'cold']) {
        const { rows, answer } = costOf(sql, (counted) => new EventStore(counted).list({ ...ANY, userId }));
        expect([userId, answer.items.length]).toEqual([userId, userId === 'cold' ? 1 : 50]);
        expect(rows, String(userId)).toBeLessThan(400);
      }
    });
  });

  it('what a filter leaves is found, page by page, and each page looks at a part', async () => {
    const project = await crowded();
    await sqlIn(project, (sql) => {
      for (const userId of [null, 'hot']) {
        const found: number[] = [];
        let pages = 0;
        for (let cursor: string | null = null; pages === 0 || cursor !== null; pages++) {
          const page = costOf(sql, (counted) => new EventStore(counted).list({ ...ANY, userId, minScore: 99, cursor }));
          expect(page.rows).toBeLessThan(65_000);
          found.push(...page.answer.items.map(({ riskScore }) => riskScore));
          cursor = page.answer.nextCursor;
        }
        expect([found, pages]).toEqual([[99], 2]);
      }
    });
  });

  it('of a time long ago a page reads that time only, also where a filter finds nothing in it', async () => {
    const project = await crowded();
    await sqlIn(project, (sql) => {
      const { at_ms: firstMs } = sql.exec<{ at_ms: number }>('SELECT at_ms FROM events WHERE seq = 1').one();
      const [fromMs, toMs] = [firstMs + 5_000, firstMs + 5_100];
      for (const userId of [null, 'hot']) {
        const cost = (more: object) =>
          costOf(sql, (counted) => new EventStore(counted).list({ ...ANY, userId, fromMs, toMs, ...more }));
        const all = cost({ limit: 200 });
        expect([all.answer.items.length, all.answer.nextCursor]).toEqual([100, null]);
        expect([all.answer.items.at(0)?.id, all.answer.items.at(-1)?.id]).toEqual(['id5099', 'id5000']);
        expect(all.rows).toBeLessThan(400);
        const none = cost({ minScore: 99 });
        expect(none.answer).toEqual({ items: [], nextCursor: null });
        expect(none.rows).toBeLessThan(600);
        const [first, second] = [cost({ limit: 60 }), cost({ limit: 60, cursor: `${firstMs + 5_040}.5040` })];
        expect(first.answer.nextCursor).toBe(`${firstMs + 5_040}.5040`);
        expect([second.answer.items.length, second.answer.nextCursor]).toEqual([40, null]);
        expect(second.rows).toBeLessThan(400);
        const behind = cost({ cursor: `${firstMs + 5_000}.5000` });
        expect([behind.answer.items, behind.rows < 20]).toEqual([[], true]);
      }
    });
  });

  it('a filter of a long time is answered in parts, and the last part ends where the time begins', async () => {
    const project = await crowded();
    await sqlIn(project, (sql) => {
      const { at_ms: firstMs } = sql.exec<{ at_ms: number }>('SELECT at_ms FROM events WHERE seq = 1').one();
      for (const userId of [null, 'hot']) {
        const query = { ...ANY, userId, minScore: 99, fromMs: firstMs + 4_000 };
        const pageAt = (cursor: string | null) =>
          costOf(sql, (counted) => new EventStore(counted).list({ ...query, cursor }));
        const first = pageAt(null);
        expect(first.answer).toEqual({ items: [], nextCursor: `${firstMs + 10_001}.10001` });
        const second = pageAt(first.answer.nextCursor);
        expect(second.answer).toEqual({ items: [], nextCursor: null });
        expect([first.rows < 65_000, second.rows < 20_000]).toEqual([true, true]);
      }
    });
  });

  it('pages follow each other without a gap or a repeat, also where times are equal', async () => {
    const project = await crowded();
    await sqlIn(project, (sql) => {
      sql.exec('UPDATE events SET at_ms = 1000000 + seq / 3');
      const store = new EventStore(sql);
      for (const userId of [null, 'hot']) {
        const first = store.list({ ...ANY, userId, limit: 100 });
        const second = store.list({ ...ANY, userId, limit: 100, cursor: first.nextCursor });
        const ids = [...first.items, ...second.items].map(({ id }) => id);
        expect(ids).toEqual(Array.from({ length: 200 }, (_, i) => `id${30_000 - i}`));
      }
    });
  });

  it('looking for what is past its time reads nothing where nothing is', async () => {
    const project = await crowded();
    await sqlIn(project, (sql) => {
      const forget = (beforeMs: number, kept: number) =>
        costOf(sql, (counted) => new EventStore(counted).forget(beforeMs, kept, 100));
      const idle = forget(Date.now() - DAY_MS, 1_000_000);
      expect([idle.answer, idle.rows < 20]).toEqual([0, true]);
      expect(forget(0, 29_990).answer).toBe(10);
      expect(sql.exec('SELECT min(seq) AS seq FROM events').one()).toEqual({ seq: 11 });
      expect(forget(Date.now() + DAY_MS, 1_000_000).answer).toBe(100);
    });
  });
});

describe('an account that signs in without cookies again and again', () => {
  it('keeps its last 100 devices, and may register references all the same', async () => {
    const project = await fraudProject();
    for (let i = 0; i < 105; i++) await project.login({ userId: 'u1' });
    await sqlIn(project, (sql) => {
      for (const table of ['devices', 'user_devices', 'user_references'])
        expect(sql.exec(`SELECT count(*) AS rows FROM ${table}`).one(), table).toEqual({ rows: 100 });
    });
    const references = { phone: '+491701234567', device: 'named' };
    expect((await project.post('register', { userId: 'u1', references })).status).toBe(200);
  });
});

describe('30,000 references', () => {
  async function linked(): Promise<FraudProject> {
    const project = await fraudProject();
    await project.post('register', { userId: 'u1', references: { phone: '+491701234567', email: 'a@example.com' } });
    await project.post('register', { userId: 'u2', references: { phone: '+491701234567' } });
    await sqlIn(project, (sql) => {
      sql.exec(
        `INSERT INTO user_references SELECT 'device', substr('AAAAAAAAAAAAAAAAAAAAAA' || n, -22), 'many', 0, 0 FROM ${NUMBERS(30_000)}`,
      );
    });
    return project;
  }
  const LOOKUP = { minAccounts: 2, type: null, userId: null, reference: null, cursor: null, limit: 10 };

  it('one of them, or those of an account, are looked up without the others', async () => {
    const project = await linked();
    await sqlIn(project, (sql) => {
      const [row] = sql
        .exec<{ reference: string }>(`SELECT reference FROM user_references WHERE type = 'phone'`)
        .toArray();
      const reference = row?.reference ?? '';
      for (const query of [
        { userId: 'u1' },
        { reference, type: 'phone' as const },
        { reference },
        { type: 'phone' as const },
      ]) {
        const { rows, answer } = costOf(sql, (counted) => new ReferenceStore(counted).lookup({ ...LOOKUP, ...query }));
        expect(answer.items.map(({ type, accountCount }) => [type, accountCount])).toEqual([['phone', 2]]);
        expect(rows, JSON.stringify(query)).toBeLessThan(60);
      }
    });
  });

  it('all of them are looked through page by page', async () => {
    const project = await linked();
    await sqlIn(project, (sql) => {
      const found: string[] = [];
      let pages = 0;
      for (let cursor: string | null = null; pages === 0 || cursor !== null; pages++) {
        const page = costOf(sql, (counted) => new ReferenceStore(counted).lookup({ ...LOOKUP, cursor }));
        expect(page.rows).toBeLessThan(45_000);
        found.push(...page.answer.items.map(({ type, accountCount }) => `${type} ${accountCount}`));
        cursor = page.answer.nextCursor;
      }
      expect([found, pages]).toEqual([['phone 2'], 2]);
    });
  });

  it('of one account do not slow its events down, and hide neither its phone nor its e-mail', async () => {
    const project = await linked();
    await project.post('register', { userId: 'many', references: { phone: '+491701234567' } });
    await sqlIn(project, (sql) => {
      const shared = costOf(sql, (counted) => new ReferenceStore(counted).shared('many'));
      expect(shared.answer).toEqual({ accounts: 2, fraudAccounts: 0, types: ['phone'] });
      expect(shared.rows).toBeLessThan(2_000);
      const graph = costOf(sql, (counted) => new ReferenceStore(counted).graph('many'));
      expect(graph.answer.nodes.map(({ id }) => id)).toContain('user:u1');
      expect(graph.rows).toBeLessThan(2_000);
    });
  });
});
