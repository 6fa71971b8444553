import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { runNotifications, runSearches, tellClocks } from '../../src/compliance/index.ts';
import { JOBS } from '../../src/cron.ts';
import { createDestinationSchema } from '../../src/delivery/destinations/definition/schema.ts';
import { createDestination } from '../../src/delivery/destinations/verbs/create.ts';
import type { OpenDestination } from '../../src/delivery/index.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { archiveByHand } from '../helpers/worker/archived.ts';
import { compliance, newBreach } from '../helpers/worker/breaches.ts';
import { ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { RecordingDestinations } from '../helpers/worker/destination-object.ts';
import { put, seal } from '../helpers/worker/query.ts';

const T0 = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
/** For each job that was run, src/jobs/run-job.ts. */
const OF_A_RUN = 5;

let admin: SignedIn;
let projectId: string;
let breachId: string;

const call = (method: string, path: string, body?: unknown) => compliance(admin, method, path, body);
const open = async (more: Record<string, unknown> = {}): Promise<string> =>
  (await call('POST', 'breaches', newBreach({ projectId, ...more }))).body.id;
const affected = async () => (await call('GET', `breaches/${breachId}`)).body.affected;

/** Blocks of 5,000 users each. */
async function fillBlocks(blocks: number): Promise<void> {
  for (let block = 0; block < blocks; block++) {
    const at = (i: number) => block * 5_000 + i;
    await put(
      projectId,
      Array.from({ length: 5_000 }, (_, i) => ({ ts: T0 + at(i), message: 'leaked', userId: `u${at(i)}` })),
    );
    await seal(projectId);
  }
}

/** An environment whose database and bucket are counted. */
function counted() {
  const { db, count } = countingStatements(env.DB);
  let reads = 0;
  const bucket = new Proxy(env.STORE, {
    get(store, name) {
      reads++;
      const value = Reflect.get(store, name);
      return typeof value === 'function' ? value.bind(store) : value;
    },
  });
  return { env: { ...env, DB: db, STORE: bucket }, statements: count, reads: () => reads };
}

beforeEach(async () => {
  admin = await signInAs('admin');
  projectId = (await createProject()).id;
  breachId = await open();
  // A run works at one breach: what earlier tests left comes last.
  await env.DB.prepare('UPDATE breach_totals SET worked_at_ms = 1e15 WHERE breach_id <> ?1').bind(breachId).run();
});

describe('a search of those affected', () => {
  it('goes on over archives from run to run, each within its part of an invocation, and finds everybody once', async () => {
    await fillBlocks(5);
    const archives = await archiveByHand(projectId, { chooses: ({ summary }) => summary.minTs < T0 + 20_000 });
    expect(archives.flatMap(({ blockIds }) => blockIds).length).toBe(4);
    await call('POST', `breaches/${breachId}/affected`, { q: 'leaked', from: T0, to: T0 + 86_400_000 });
    let [runs, reads] = [0, 0];
    for (; (await affected()).searching; runs++) {
      const own = counted();
      await runSearches(testCtx({ env: own.env }));
      reads += own.reads();
      expect(own.statements() + own.reads()).toBeLessThan(460);
      expect(runs).toBeLessThan(3);
    }
    expect(reads).toBeGreaterThan(0);
    expect(runs).toBeGreaterThan(1);
    expect(await affected()).toMatchObject({ users: 25_000, records: 25_000 });
  }, 180_000);
});

describe('the jobs of breaches together', () => {
  it('stay within the thousand statements and calls of an invocation where each has all the work that it takes at once', async () => {
    const nowMs = Date.now();
    // Twenty clocks that have something to tell.
    for (let i = 0; i < 20; i++) await open();
    await fillBlocks(4);
    await archiveByHand(projectId);
    await call('POST', `breaches/${breachId}/affected`, { q: 'leaked', from: T0, to: T0 + 86_400_000 });
    await env.DB.batch([
      env.DB.prepare(`INSERT INTO audit_context VALUES (1, 1, 'system', 'test', 'r', 'a')`),
      env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
         INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state)
         SELECT ?1, ?2, printf('v%06d', i), 1, 1, 1, 1, 'waiting' FROM n`,
      ).bind(breachId, projectId),
      env.DB.prepare('DELETE FROM audit_context'),
    ]);
    const destinations = new RecordingDestinations();
    const input = createDestinationSchema.parse({ name: 'Mail', url: 'https://mail.example/send', maxPerSecond: 100 });
    const of = { projectId, projectName: 'P', origin: ORIGIN };
    const made = await createDestination(testCtx(), destinations.open, of, input);
    if (!made.ok) throw new Error(made.error.kind);
    const { id } = made.value;
    await call('POST', `breaches/${breachId}/notify`, { destinationId: id, subject: 'A', body: '{{userId}}' });
    await runNotifications(testCtx(), destinations.open);
    // All were refused, and are told again: the destination has them already.
    const { enqueued, ended } = destinations.of(id);
    for (const event of enqueued.keys()) ended.set(event, { state: 'dead', endedAtMs: 1, reason: 'No.' });
    await runNotifications(testCtx(), destinations.open);
    await call('POST', `breaches/${breachId}/notify`, { destinationId: id, subject: 'A', body: 'again {{userId}}' });
    for (const event of enqueued.keys()) ended.set(event, { state: 'delivered', endedAtMs: 1, reason: null });

    const own = counted();
    let calls = 0;
    const counting: OpenDestination = (ctx, one) => {
      calls++;
      return destinations.open(ctx, one);
    };
    const ctx = testCtx({ env: own.env, nowMs: nowMs + 100 * HOUR_MS });
    const told = await tellClocks(ctx);
    const searched = await runSearches(ctx);
    const notified = await runNotifications(ctx, counting);
    expect(told).toMatchObject({ notices: 60 });
    expect(searched.pages).toBeGreaterThan(30);
    expect(notified).toMatchObject({ delivered: 5_000, queued: 5_000 });
    const line = JOBS['*/2 * * * *'] ?? [];
    expect(line.map(({ name }) => name)).toEqual(['breach_clocks', 'breach_search', 'breach_notify']);
    const all = own.statements() + own.reads() + calls + line.length * OF_A_RUN;
    expect(all).toBeGreaterThan(500);
    expect(all).toBeLessThan(800);
  }, 300_000);
});
