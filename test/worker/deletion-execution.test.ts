import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal } from '../../durable-objects/journal/journal.ts';
import { auditedBatch } from '../../src/audit/index.ts';
import { compactBlocks, listBlocks, mayContain, readFilters, tokenHash } from '../../src/blocks/index.ts';
import { Budget } from '../../src/compliance/deletions/run/budget.ts';
import { findRequest } from '../../src/compliance/deletions/store/request-store.ts';
import { stepsOf } from '../../src/compliance/deletions/store/step-store.ts';
import { eraseDue } from '../../src/compliance/index.ts';
import { createDestinationSchema } from '../../src/delivery/destinations/definition/schema.ts';
import { createDestination } from '../../src/delivery/destinations/verbs/create.ts';
import { destinationOf } from '../../src/delivery/index.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { projectWithBlocks } from '../helpers/worker/archive.ts';
import { openBreach } from '../helpers/worker/breaches.ts';
import { callApp, ORIGIN } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { askDeletion, dumpEverything, eraseWhole } from '../helpers/worker/deletions.ts';
import { fraudProject } from '../helpers/worker/fraud.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { forgetBlocks, put, seal } from '../helpers/worker/query.ts';

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };
const T0 = Date.parse('2026-03-01T12:00:00Z');
const JANE = { userIds: ['usr-jane-4711'], sessionIds: ['ses-of-jane'], identifiers: ['jane@example.com'] };
/** What may be nowhere when it is done. */
const TRACES = /usr-jane-4711|ses-of-jane|(?<!mary\.)jane@example\.com/i;

/** Records of which every third is Jane's, in one way or another. */
function records(count: number, from = 0): Json[] {
  return Array.from({ length: count }, (_, i) => {
    const ts = T0 + (from + i) * 1_000;
    if (i % 3 !== 1) return { ts, message: `record ${from + i} of mary.jane@example.com`, userId: 'usr-mary' };
    const ways: Json[] = [
      { ts, message: 'her own', userId: 'usr-jane-4711' },
      { ts, message: 'her session', sessionId: 'ses-of-jane' },
      { ts, message: 'a mail to JANE@example.com' },
      { ts, message: 'somewhere deep', attrs: { a: [{ user_id: 'usr-jane-4711' }] } },
    ];
    return ways[Math.floor(i / 3) % ways.length] as Json;
  });
}

const isJanes = (record: LogRecord): boolean => TRACES.test(JSON.stringify(record));

/** Sequences of what is left, by what the blocks hold. */
async function placed(projectId: string): Promise<string[]> {
  const found: string[] = [];
  const blocks = await listBlocks(env.DB, projectId, ALL);
  const { readPayloads } = await import('../../src/blocks/index.ts');
  const payloads = await readPayloads(env, blocks);
  for (const { id, stream, firstSeq } of blocks) {
    for (const [n, line] of (payloads.get(id) ?? '').split('\n').entries())
      if (line !== '') found.push(`${stream} ${firstSeq + n} ${line}`);
  }
  return found.sort();
}

// Runs of the job, compaction and the dump take all that is there, of whoever it is.
beforeEach(forgetBlocks);

describe('an execution', () => {
  it('erases a person from tail, blocks, fraud, errors, rejects, deliveries and caches, and no line of anybody else', async () => {
    const project = await fraudProject();
    const { id: projectId } = project;
    const admin = await signInAs('admin');
    await put(projectId, records(30));
    await seal(projectId);
    await put(projectId, [
      { stream: 'errors', message: 'no mail to jane@example.com', type: 'MailError', userId: 'usr-jane-4711' },
      { stream: 'errors', message: 'another', type: 'OtherError', userId: 'usr-mary' },
    ]);
    await seal(projectId);
    await project.login({ userId: 'usr-jane-4711', deviceId: 'phone' });
    await project.event({ userId: 'usr-jane-4711' });
    await project.event({ userId: 'usr-mary', metadata: { payee: 'jane@example.com' } });
    await project.event({ userId: 'usr-mary' });
    await put(projectId, records(9, 30));
    const ingestKey = (
      await callApp('POST', `/api/projects/${projectId}/keys`, { as: admin, body: { name: 'k', scopes: ['ingest'] } })
    ).body.key;
    await callApp('POST', '/api/etl/start', {
      key: ingestKey,
      body: {
        dataType: 'JSON',
        payload: [
          { level: {}, userId: 'usr-jane-4711' },
          { level: {}, userId: 'usr-mary' },
        ],
      },
    });
    const place = { projectId, projectName: 'p', origin: ORIGIN };
    const input = createDestinationSchema.parse({ name: 'receiver', url: 'https://receiver.example/', disabled: true });
    const made = await createDestination(testCtx(), (_, id) => destinationOf(env, id), place, input);
    if (!made.ok) throw new Error(made.error.kind);
    const event = (id: string, userId: string) => ({
      ...{ id, type: 'alert.fired', subject: `rule of ${userId}`, atMs: T0 },
      data: { userId },
    });
    await destinationOf(env, made.value.id).enqueue([
      event('evt_1', 'usr-jane-4711'),
      event('evt_2', 'usr-mary'),
    ] as never);
    const asked = await callApp(
      'GET',
      `/api/query/logs/facets?project=${projectId}&from=${T0 - 1}&to=${T0 + 86_400_000}&fields=userId`,
      { as: admin },
    );
    expect(asked.status).toBe(200);

    const textOf = async () => (await everyRecord(projectId)).map((record) => JSON.stringify(record)).sort();
    const before = (await textOf()).filter((text) => !TRACES.test(text));
    const id = await askDeletion(projectId, JANE);
    await eraseWhole(id);

    expect(await textOf()).toEqual(before);
    const dump = await dumpEverything(projectId, [made.value.id]);
    const traces = dump.split('\n').filter((line) => TRACES.test(line));
    // The request itself is sealed; nothing else may name her.
    expect(traces).toEqual([]);
    expect(dump).toContain('usr-mary');

    const receipt = await callApp('GET', `/api/compliance/deletions/${id}/receipt`, { as: admin });
    const erased = Object.fromEntries(
      receipt.body.erased.map(({ category, counts }: { category: string; counts: object }) => [category, counts]),
    );
    expect(erased).toMatchObject({
      records: { records: 10 + 1 + 2 + 3 },
      fraud_profile: { users: 1, sessions: 1, devices: 1 },
      fraud_events: { events: 2 },
      error_samples: { groups: 1 },
      etl_rejects: { rejects: 1 },
      deliveries: { deliveries: 1 },
    });
    expect(receipt.body.held).toEqual([expect.objectContaining({ category: 'breach_register' })]);
    expect(receipt.body.restorableUntilMs - receipt.body.executedAtMs).toBe(30 * 86_400_000);
    const page = await callApp('GET', `/api/compliance/deletions/${id}/receipt?format=html`, { as: admin });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain(receipt.body.reference);
    const groups = await env.DB.prepare(
      'SELECT message, sample_id FROM error_groups WHERE project_id = ?1 ORDER BY message',
    )
      .bind(projectId)
      .all();
    expect(groups.results).toEqual([
      { message: '(erased)', sample_id: '' },
      expect.objectContaining({ message: 'another' }),
    ]);
  });

  it('leaves every other record its bytes, its order and its sequence, and the index says what is left', async () => {
    const { id: projectId } = await createProject();
    await put(projectId, records(60));
    await seal(projectId);
    const before = (await placed(projectId)).filter((line) => !TRACES.test(line));
    const [old] = await listBlocks(env.DB, projectId, ALL);
    await eraseWhole(await askDeletion(projectId, JANE));
    expect(await placed(projectId)).toEqual(before);
    const [block] = await listBlocks(env.DB, projectId, ALL);
    expect(block).toMatchObject({
      id: old?.id,
      firstSeq: 1,
      lastSeq: 60,
      summary: { records: 40, levels: { info: 40 } },
    });
    expect(block?.sha256).not.toBe(old?.sha256);
    const filter = (await readFilters(env.DB, [block?.id ?? ''])).get(block?.id ?? '') ?? new Uint8Array(0);
    expect(mayContain(filter, tokenHash('mary'))).toBe(true);
    expect(mayContain(filter, tokenHash('4711'))).toBe(false);
  });

  it('finds blocks of journals that are no more, such as those of shards that were taken away', async () => {
    const { id: projectId, blocks } = await projectWithBlocks([{ ts: T0, message: 'to jane@example.com' }, { ts: T0 }]);
    expect(blocks).toHaveLength(2);
    await env.DB.prepare(`UPDATE blocks SET shard = 5 WHERE id = ?1`).bind(blocks[0]?.index.id).run();
    await eraseWhole(await askDeletion(projectId, JANE));
    const left = await listBlocks(env.DB, projectId, ALL);
    expect(left.map(({ shard, summary }) => [shard, summary.records]).sort()).toEqual([
      [0, 2],
      [5, 0],
    ]);
  });

  it('keeps a block of which nothing is left, where it lay', async () => {
    const { id: projectId } = await createProject();
    await put(projectId, [{ ts: T0, message: 'x', userId: 'usr-jane-4711' }]);
    await seal(projectId);
    await eraseWhole(await askDeletion(projectId, JANE));
    const [block] = await listBlocks(env.DB, projectId, ALL);
    expect(block).toMatchObject({ firstSeq: 1, lastSeq: 1, summary: { records: 0, minTs: T0, maxTs: T0 } });
    expect(await everyRecord(projectId)).toEqual([]);
  });

  it('does not touch what came after it began', async () => {
    const { id: projectId } = await createProject();
    for (const message of ['before', 'just before']) {
      await put(projectId, [{ ts: T0, message, userId: 'usr-jane-4711' }]);
      await seal(projectId);
    }
    const id = await askDeletion(projectId, JANE);
    const start = Date.now();
    // One run that ends behind the first block.
    await eraseDue(testCtx({ nowMs: start }), new Budget({ calls: 1_000, ms: 60_000, bytes: 1 }));
    expect((await findRequest(env.DB, id))?.state).toBe('running');
    await put(projectId, [{ ts: T0, message: 'after', userId: 'usr-jane-4711' }]);
    await seal(projectId);
    await compactBlocks(testCtx({ nowMs: start + 10 * 60_000 }));
    expect(await listBlocks(env.DB, projectId, ALL)).toHaveLength(1);
    await eraseWhole(id, start + 20 * 60_000);
    expect((await everyRecord(projectId)).map(({ message }) => message)).toEqual(['after']);
  });

  it('finds what compaction joined under it, and compaction never brings back what it had read before', async () => {
    const { id: projectId } = await createProject();
    for (let i = 0; i < 4; i++) {
      await put(projectId, records(6, i * 6));
      await seal(projectId);
    }
    const before = (await placed(projectId)).filter((line) => !TRACES.test(line));
    const id = await askDeletion(projectId, JANE);
    const late = () => testCtx({ nowMs: Date.now() + 10 * 60_000 });
    // Compaction has read the blocks when the erasure rewrites them.
    const real = env.DB.batch.bind(env.DB);
    let erased: Promise<unknown> | null = null;
    const db = new Proxy(env.DB, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== 'batch') return typeof value === 'function' ? value.bind(target) : value;
        return async (statements: D1PreparedStatement[]) => {
          erased ??= eraseWhole(id);
          await erased;
          return real(statements);
        };
      },
    });
    const counts = await compactBlocks(testCtx({ env: { ...env, DB: db }, nowMs: late().nowMs }));
    expect(counts).toMatchObject({ lost: 1, failed: 0 });
    expect(await placed(projectId)).toEqual(before);
    await compactBlocks(late());
    expect(await listBlocks(env.DB, projectId, ALL)).toHaveLength(1);
    expect(await placed(projectId)).toEqual(before);
  });

  it('waits for a journal that is away, says so, tells the operators, and goes on by itself', async () => {
    const { id: projectId } = await createProject();
    await put(projectId, records(6));
    const id = await askDeletion(projectId, JANE);
    const away = vi.spyOn(Journal.prototype, 'sealTail').mockRejectedValue(new Error('the journal is away'));
    const start = Date.now();
    for (let i = 0; i < 4; i++) await eraseDue(testCtx({ nowMs: start + i * 20 * 60_000 }));
    const steps = (await stepsOf(env.DB, [id])).get(id) ?? [];
    const step = steps.find(({ category }) => category === 'records');
    expect(step).toMatchObject({ state: 'failed', attempts: 4, problem: expect.stringContaining('away') });
    // The others did not wait for it, but for those that rest on it.
    expect(
      steps
        .filter(({ state }) => state === 'done')
        .map(({ category }) => category)
        .sort(),
    ).toEqual([...['deliveries', 'etl_rejects', 'fraud_events', 'fraud_profile']]);
    const { results } = await env.DB.prepare('SELECT id, kind FROM notices WHERE id = ?1')
      .bind(`deletion.failed/${id}/records`)
      .all();
    expect(results).toHaveLength(1);
    away.mockRestore();
    await eraseWhole(id, start + 5 * 3_600_000);
    expect((await everyRecord(projectId)).filter(isJanes)).toEqual([]);
  });

  it('goes over a block that cannot be read, erases the others, and does not say that it is done', async () => {
    const { id: projectId } = await createProject();
    for (let i = 0; i < 2; i++) {
      await put(projectId, records(6, i * 6));
      await seal(projectId);
    }
    const [, bad] = await listBlocks(env.DB, projectId, ALL);
    const kept = await env.DB.prepare('SELECT data FROM block_payloads WHERE block_id = ?1')
      .bind(bad?.id)
      .first<{ data: string }>();
    await env.DB.prepare('UPDATE block_payloads SET data = substr(data, 1, 40) WHERE block_id = ?1')
      .bind(bad?.id)
      .run();
    const id = await askDeletion(projectId, JANE);
    const start = Date.now();
    for (let i = 0; i < 3; i++) await eraseDue(testCtx({ nowMs: start + i * 3_600_000 }));
    const step = (await stepsOf(env.DB, [id])).get(id)?.find(({ category }) => category === 'records');
    expect(step).toMatchObject({ state: 'failed', problem: expect.stringContaining(bad?.id ?? 'no block') });
    expect((await findRequest(env.DB, id))?.state).toBe('running');
    await env.DB.prepare('UPDATE block_payloads SET data = ?2 WHERE block_id = ?1').bind(bad?.id, kept?.data).run();
    await eraseWhole(id, start + 24 * 3_600_000);
    expect((await everyRecord(projectId)).filter(isJanes)).toEqual([]);
    const done = (await stepsOf(env.DB, [id])).get(id)?.find(({ category }) => category === 'records');
    expect(done?.counts).toMatchObject({ records: 4, blocks: 2 });
  });
});

describe('the register of breaches', () => {
  it('keeps whom a breach affected until its hold is released, and then counts somebody without a name', async () => {
    const { id: projectId } = await createProject();
    const admin = await signInAs('admin');
    const breachId = await openBreach(projectId);
    const affected = async () =>
      (
        await env.DB.prepare(
          'SELECT user_id, state, problem FROM breach_affected WHERE breach_id = ?1 ORDER BY user_id',
        )
          .bind(breachId)
          .all()
      ).results;
    const insert = (userId: string, state: string) =>
      env.DB.prepare(
        `INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state)
         VALUES (?1, ?2, ?3, 1, 1, 1, 1, ?4)`,
      ).bind(breachId, projectId, userId, state);
    await auditedBatch(testCtx(), [insert('usr-jane-4711', 'waiting'), insert('usr-mary', 'waiting')]);
    const id = await askDeletion(projectId, JANE);
    const start = Date.now();
    await eraseWhole(id, start);
    expect(await affected()).toHaveLength(2);
    const { holds } = (await callApp('GET', `/api/compliance/deletions/${id}`, { as: admin })).body;
    await callApp('POST', `/api/compliance/deletions/${id}/holds/${holds[0].id}/release`, { as: admin });
    await eraseDue(testCtx({ nowMs: start + 3_600_000 }));
    await eraseWhole(id, start + 3_720_000);
    expect(await affected()).toEqual([
      { user_id: `erased:${id}:1`, state: 'failed', problem: 'erased' },
      { user_id: 'usr-mary', state: 'waiting', problem: null },
    ]);
    const totals = await env.DB.prepare('SELECT users, waiting, failed FROM breach_totals WHERE breach_id = ?1')
      .bind(breachId)
      .first();
    expect(totals).toEqual({ users: 2, waiting: 1, failed: 1 });
  });
});

describe('holds', () => {
  it('keep a category, a stream and a range of the archive, are named in the receipt, and end in its erasure when they are released', async () => {
    const { id: projectId } = await createProject();
    const admin = await signInAs('admin');
    await put(projectId, [
      { ts: T0, message: 'log', userId: 'usr-jane-4711' },
      { ts: T0 + 86_400_000, message: 'a day later', userId: 'usr-jane-4711' },
      { ts: T0, stream: 'operations', message: 'op', userId: 'usr-jane-4711' },
    ]);
    await seal(projectId);
    const legal = randomId('hld');
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO audit_context (id, at_ms, actor_kind, actor_id, request_id, address) VALUES (1, 0, 'system', 'test', '', '')`,
      ),
      env.DB.prepare(
        `INSERT INTO legal_holds (id, project_id, stream, from_ms, to_ms, reason, created_at_ms, created_by, created_by_name)
         VALUES (?1, ?2, 'logs', ?3, ?4, 'litigation', 1, 'usr', 'usr')`,
      ).bind(legal, projectId, T0 - 1, T0 + 1),
      env.DB.prepare('DELETE FROM audit_context'),
    ]);
    const holds = [
      { category: 'records', stream: 'operations', reason: 'a charge-back' },
      { category: 'fraud_profile', stream: null, reason: 'an investigation' },
    ];
    const id = await askDeletion(projectId, { ...JANE, holds });
    const start = Date.now();
    await eraseWhole(id, start);
    expect((await everyRecord(projectId)).map(({ message }) => message).sort()).toEqual(['log', 'op']);
    const receipt = await callApp('GET', `/api/compliance/deletions/${id}/receipt`, { as: admin });
    expect(receipt.body.held).toEqual([
      { category: 'records', stream: 'logs', reason: 'litigation' },
      { category: 'records', stream: 'operations', reason: 'a charge-back' },
      { category: 'fraud_profile', stream: null, reason: 'an investigation' },
      expect.objectContaining({ category: 'breach_register' }),
    ]);

    const view = await callApp('GET', `/api/compliance/deletions/${id}`, { as: admin });
    const hold = view.body.holds.find(({ stream }: { stream: string }) => stream === 'operations');
    await callApp('POST', `/api/compliance/deletions/${id}/holds/${hold.id}/release`, { as: admin });
    await eraseDue(testCtx({ nowMs: start + 3_600_000 }));
    await eraseWhole(id, start + 3_720_000);
    expect((await everyRecord(projectId)).map(({ message }) => message)).toEqual(['log']);

    await env.DB.prepare('UPDATE legal_holds SET released_at_ms = 2 WHERE id = ?1').bind(legal).run();
    await eraseDue(testCtx({ nowMs: start + 7_200_000 }));
    await eraseWhole(id, start + 7_320_000);
    expect(await everyRecord(projectId)).toEqual([]);
    const last = await callApp('GET', `/api/compliance/deletions/${id}/receipt`, { as: admin });
    expect(last.body.held.map(({ category }: { category: string }) => category)).toEqual([
      'fraud_profile',
      'breach_register',
    ]);
    expect(last.body.erased[0]).toMatchObject({ category: 'records', counts: { records: 3 } });
  });
});
