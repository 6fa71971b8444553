/**
 * What the audit trail costs a write: statements of the product's own, with the context of the transaction and the triggers of critical tables, against the
 * same without them, in one workerd, turn by turn. The Worker there makes each write and waits for it, as a request does.
 */
import path from 'node:path';
import { readD1Migrations } from '@cloudflare/vitest-plugin';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { auditedBatch, auditIfChanged, auditStatement } from '../src/audit/index.ts';
import { insertSession, noteLogin } from '../src/auth/store.ts';
import type { Ctx } from '../src/env.ts';
import { insertKey, revokeKeyRow } from '../src/projects/store.ts';
import { median, type Row } from './lib/row.ts';

/** Short ones, turn by turn: what else the machine does falls on both. */
const ROUNDS = 25;
/** Rounds until code and statements are compiled. */
const WARM_UP = 5;
const WRITES_PER_ROUND = 25;
const NOW_MS = 1_790_000_000_000;
const PASSWORD_HASH = '$scrypt$ln=14,r=8,p=5$2rQwRs8qWsfjYMVlPKKpug$speqmrp2zXPXl_bMot15wfsbiRWfoPcHuHU2fIeZTgs';

interface Statement {
  sql: string;
  values: unknown[];
}
type Batch = Statement[];

/** Makes the batches that it is sent, one after another, in the database of the path; answers the milliseconds. */
const WORKER = `export default {
  async fetch(request, env) {
    const db = env[new URL(request.url).pathname.slice(1)];
    const batches = await request.json();
    const startMs = Date.now();
    for (const batch of batches) await db.batch(batch.map(({ sql, values }) => db.prepare(sql).bind(...values)));
    return Response.json(Date.now() - startMs);
  },
};`;

/** A database that keeps what it is asked to run. */
function keeping(): { ctx: Ctx; batches: Batch[] } {
  const batches: Batch[] = [];
  const prepare = (sql: string) => ({ sql, values: [], bind: (...values: unknown[]) => ({ sql, values }) });
  const batch = async (statements: Batch) => {
    batches.push(statements);
    return statements.map(() => ({ results: [] }));
  };
  const ctx = {
    ...{
      env: { DB: { prepare, batch } },
      nowMs: NOW_MS,
      requestId: '4bf92f3577b34da6a3ce929d0e0e4736',
      address: '192.0.2.1',
    },
    ...{ actor: { kind: 'system', job: 'bench' }, country: () => null, allowances: [] },
  } as unknown as Ctx;
  return { ctx, batches };
}

interface Case {
  what: string;
  /** Of the i-th write. */
  statements(ctx: Ctx, i: number): D1PreparedStatement[];
}

const keyOf = (i: number) => ({
  ...{
    id: `key_${i}`,
    projectId: 'prj_bench',
    name: 'bench',
    scopes: ['ingest'] as const,
    origins: ['https://shop.example'],
  },
  ...{ quota: null, prefix: 'bw_1.k1.abc', createdAtMs: NOW_MS, createdBy: 'usr_bench', revokedAtMs: null },
});
const place = { address: '192.0.2.1', country: 'DE', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36' };
const sessionOf = (i: number) => ({
  ...{
    id: `ses_${i}`,
    userId: 'usr_bench',
    createdAtMs: NOW_MS,
    lastSeenAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 1,
    revokedAtMs: null,
  },
  ...{ provenAtMs: NOW_MS, secretHash: 'h'.repeat(64), superseded: [], opened: place, last: place },
});

const CASES: readonly Case[] = [
  { what: 'an insert (a key)', statements: ({ env }, i) => [insertKey(env.DB, keyOf(i), 'h'.repeat(64))] },
  { what: 'an update (the end of a key)', statements: ({ env }, i) => [revokeKeyRow(env.DB, `key_${i}`, NOW_MS)] },
  {
    what: 'the making of a key, with its action',
    statements: (ctx, i) => [
      insertKey(ctx.env.DB, { ...keyOf(i), id: `key_made_${i}` }, 'h'.repeat(64)),
      auditStatement(ctx, {
        action: 'key.create',
        target: `key_made_${i}`,
        projectId: 'prj_bench',
        detail: { name: 'bench' },
      }),
    ],
  },
  {
    what: 'the opening of a session, with its action',
    statements: (ctx, i) => [
      insertSession(ctx.env.DB, sessionOf(i), PASSWORD_HASH),
      auditIfChanged(ctx, {
        action: 'session.login',
        target: `ses_${i}`,
        projectId: null,
        detail: { userId: 'usr_bench' },
      }),
      noteLogin(ctx.env.DB, 'usr_bench', NOW_MS + i),
    ],
  },
];

/** The batches of a case: those that the product makes, or the same without the statements of the context. */
async function batchesOf(one: Case, from: number, isAudited: boolean): Promise<Batch[]> {
  const { ctx, batches } = keeping();
  for (let i = from; i < from + WRITES_PER_ROUND; i++) await auditedBatch(ctx, one.statements(ctx, i));
  return isAudited ? batches : batches.map((batch) => batch.slice(1, -1));
}

async function prepare(db: D1Database, isAudited: boolean): Promise<void> {
  for (const { queries } of await readD1Migrations(path.join(import.meta.dirname, '../migrations')))
    for (const query of queries) await db.prepare(query).run();
  if (!isAudited) {
    const { results } = await db
      .prepare(
        `SELECT name FROM sqlite_master WHERE type = 'trigger' AND (name LIKE '%_is_audited' OR name LIKE '%_replaces_nothing' OR name = 'audit_tells_of_the_console')`,
      )
      .all<{ name: string }>();
    for (const { name } of results) await db.prepare(`DROP TRIGGER ${name}`).run();
  }
  await db.prepare(`INSERT INTO projects (id, name, created_at_ms) VALUES ('prj_bench', 'bench', 1)`).run();
  await db
    .prepare(
      `INSERT INTO users (id, username, username_key, password_hash, role, created_at_ms) VALUES ('usr_bench', 'b', 'b', ?1, 'viewer', 1)`,
    )
    .bind(PASSWORD_HASH)
    .run();
}

export async function run(): Promise<Row[]> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({ modules: true, script: WORKER, d1Databases: { AUDITED: 'audited', PLAIN: 'plain' } }),
  );
  try {
    await prepare((await miniflare.getD1Database('AUDITED')) as unknown as D1Database, true);
    await prepare((await miniflare.getD1Database('PLAIN')) as unknown as D1Database, false);
    const timed = async (database: string, batches: Batch[]): Promise<number> => {
      const answer = await miniflare.dispatchFetch(`http://bench/${database}`, {
        method: 'POST',
        body: JSON.stringify(batches),
      });
      return Number(await answer.json()) / batches.length;
    };
    const rows: Row[] = [];
    for (const one of CASES) {
      const times = { AUDITED: [] as number[], PLAIN: [] as number[] };
      for (let round = 0; round < ROUNDS; round++) {
        const order = round % 2 === 0 ? (['PLAIN', 'AUDITED'] as const) : (['AUDITED', 'PLAIN'] as const);
        for (const database of order) {
          const batches = await batchesOf(one, round * WRITES_PER_ROUND, database === 'AUDITED');
          const ms = await timed(database, batches);
          if (round >= WARM_UP) times[database].push(ms);
        }
      }
      const [ours, plain] = [median(times.AUDITED), median(times.PLAIN)];
      rows.push({
        what: `audit: ${one.what}, median of ${ROUNDS - WARM_UP} rounds of ${WRITES_PER_ROUND}`,
        reach: '≤ 1.5 times',
        ours: `${(ours / plain).toFixed(2)} times, ${ours.toFixed(2)} ms`,
        peers: { 'without context and triggers': `${plain.toFixed(2)} ms` },
      });
    }
    return rows;
  } finally {
    await miniflare.dispose();
  }
}
