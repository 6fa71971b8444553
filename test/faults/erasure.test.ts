/**
 * SIGKILL to everything at random moments while a person is erased and, beside it, the archive goes on moving blocks. Each run has a seed, printed;
 * BREAKWATER_FAULT_SEED repeats its moments, BREAKWATER_FAULT_ROUNDS makes it longer.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../bench/lib/records.ts';
import type { ArchiveCheck, ManifestCheck } from '../../src/wire/archive.ts';
import { type DeletionRequest, ERASURE_CATEGORIES, type ErasureReceipt } from '../../src/wire/compliance.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { ARCHIVE_CRON, ArchiveClient, DAY_MS } from '../helpers/node/archive-client.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { objectKeys, queryDisk, readObject, runsOf } from './disk.ts';
import { readStored } from './stored-records.ts';
import { placesOf, readParquet } from './traces.ts';

const SEED = Number(process.env.BREAKWATER_FAULT_SEED ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 8);
/** Of the last round, from the begin of a run on, in times that the machine needs for a start. The first is an eighth of it: some kills come early. */
const LONGEST_LIFE_STARTS = 0.7;
const ERASURE_CRON = '/cdn-cgi/local/scheduled?cron=1-59%2F2+*+*+*+*';
const HOUR_MS = 3_600_000;
/** As often as the archive runs; what a run that died had leased is free by then. */
const STEP_MS = 5 * 60_000;
/** So many records are a block. */
const BLOCK = 5_000;
const TODAY_MS = Date.parse(new Date().toISOString().slice(0, 10));
/** Days ago, one a block: what is in archives from the start, an object of two blocks among it, and what becomes due while the erasure works. */
const ARCHIVED = [75, 75, 74, 73];
const DUE = [45, 44];

const JANE = { userIds: ['usr-jane-4711'], sessionIds: ['ses-of-jane'], identifiers: ['jane@example.com'] };
/** What may be nowhere when it is done. */
const TRACES = /usr-jane-4711|ses-of-jane|(?<!mary\.)jane@example\.com/i;
const isJanes = (record: unknown): boolean => TRACES.test(JSON.stringify(record));

/** Every fortieth record is hers, in one way or another. */
function blockOf(serial: number, daysAgo: number, count: number): object[] {
  return Array.from({ length: count }, (_, i) => {
    const record = { ts: TODAY_MS - daysAgo * DAY_MS + DAY_MS / 2 + i, message: `block ${serial} record ${i}` };
    if (i % 40 !== 7) return { ...record, userId: 'usr-mary', attrs: { mail: 'mary.jane@example.com' } };
    const ways = [
      { userId: 'usr-jane-4711' },
      { sessionId: 'ses-of-jane' },
      { message: `${record.message} to JANE@example.com` },
      { attrs: { a: [{ user_id: 'usr-jane-4711' }] } },
    ];
    return { ...record, ...ways[Math.floor(i / 40) % ways.length] };
  });
}

/** Each is a group. */
function errors(): object[] {
  return [
    { stream: 'errors', type: 'JaneError', message: 'no mail', userId: 'usr-jane-4711' },
    { stream: 'errors', type: 'MaryError', message: 'no mail', userId: 'usr-mary' },
    { stream: 'errors', type: 'MailError', message: 'no mail to jane@example.com' },
  ];
}

describe(`SIGKILL to an erasure, ${ROUNDS} times (seed ${SEED})`, () => {
  let worker: StartedWorkerd;
  let client: ArchiveClient;
  let offsetMs = 0;
  let requestId: string;
  let before: LogRecord[];
  let placesBefore: Record<string, number>;
  /** How far the records were when it was killed. */
  const killedIn: string[] = [];

  beforeAll(async () => {
    console.log(`faults: BREAKWATER_FAULT_SEED=${SEED}`);
    worker = await startWorkerd();
    client = (await ArchiveClient.create(await worker.signIn())).at(worker);
    await keepHot(60);
    for (const [serial, daysAgo] of [...ARCHIVED, ...DUE].entries()) await send(blockOf(serial, daysAgo, BLOCK));
    await sealed();
    await client.send(errors());
    // Past the rest of an hour, and then past the day that payloads stay.
    await restart(2 * HOUR_MS);
    await cron(ARCHIVE_CRON);
    await restart(34 * HOUR_MS);
    await cron(ARCHIVE_CRON);
    await sealed();
    await keepHot(30);
    await send(blockOf(100, 0, BLOCK));
    await nameEverywhere();
    before = await exported();
    placesBefore = await placesOf(worker.stateDir, TRACES);
    const admin = await worker.signIn();
    const asked = { projectId: client.projectId, identity: JANE, regimeId: 'gdpr', graceDays: 0 };
    const made = await admin.post('/api/compliance/deletions', { ...asked, receivedAtMs: Date.now() });
    requestId = (made as DeletionRequest).id;
    const next = random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      await restart(offsetMs + STEP_MS);
      const runs = runsOf(worker.stateDir, 'erasure');
      void cron(ERASURE_CRON);
      void cron(ARCHIVE_CRON);
      await until('the erasure runs', () => runsOf(worker.stateDir, 'erasure') > runs);
      await sleep((next() * LONGEST_LIFE_STARTS * worker.startMs * (round + 1)) / ROUNDS); // the moment is the test
      await worker.kill9();
      killedIn.push(phase());
    }
    for (let run = 0; run < 10 && state() !== 'done'; run++) {
      await restart(offsetMs + STEP_MS);
      await Promise.all([cron(ERASURE_CRON), cron(ARCHIVE_CRON)]);
    }
    await restart(offsetMs + 30 * HOUR_MS);
    for (let run = 0; run < 2; run++) await cron(ARCHIVE_CRON);
    await cron(ERASURE_CRON);
    console.log(`faults: ${before.length} records, ${before.filter(isJanes).length} hers, killed in ${killedIn}`);
  }, 600_000);
  afterAll(() => worker?.stop());

  async function restart(toMs: number): Promise<void> {
    offsetMs = toMs;
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: { CLOCK_OFFSET_MS: String(offsetMs) } });
    client.at(worker);
  }

  async function cron(path: string): Promise<void> {
    try {
      await (await fetch(worker.url + path)).text();
    } catch {
      // killed meanwhile, as intended
    }
  }

  async function keepHot(hotDays: number): Promise<void> {
    await client.call('PUT', `/api/archives/settings?project=${client.projectId}`, {
      ...{ hotDays, retentionDays: 2557, retentionDaysByStream: {}, infrequentAfterDays: 90, warehouse: true },
    });
  }

  async function send(records: readonly object[]): Promise<void> {
    for (let at = 0; at < records.length; at += 1_000) await client.send(records.slice(at, at + 1_000));
  }

  async function sealed(): Promise<void> {
    const ledger = `/api/projects/${client.projectId}/ledger`;
    await until('all is sealed', async () => {
      const { journal } = await client.call<{ journal: { backlogRecords: number } }>('GET', ledger);
      return journal.backlogRecords === 0;
    });
  }

  /** What no block of logs has: rejected input, fraud, kept answers, a tail. */
  async function nameEverywhere(): Promise<void> {
    const rejects = [{ message: 'fine' }, { level: {}, userId: 'usr-jane-4711' }, { level: {}, userId: 'usr-mary' }];
    await client.call('POST', '/api/etl/start', { dataType: 'JSON', payload: rejects });
    for (const userId of ['usr-jane-4711', 'usr-mary']) {
      await client.call('POST', '/api/fraud/login', { userId, deviceId: `phone of ${userId}` });
      await client.call('POST', '/api/fraud/event', { userId, eventType: 'payment' });
    }
    await client.call('POST', '/api/fraud/event', {
      ...{ userId: 'usr-mary', eventType: 'payment', metadata: { payee: 'jane@example.com' } },
    });
    await client.send(blockOf(200, 0, 100));
    const range = `project=${client.projectId}&from=${TODAY_MS}&to=${TODAY_MS + 3 * DAY_MS}`;
    await client.call('GET', `/api/query/logs/facets?${range}&fields=userId`);
  }

  function phase(): string {
    const [row] = queryDisk(
      worker.stateDir,
      `SELECT state, cursor FROM deletion_steps LEFT JOIN deletion_work USING (request_id, category) WHERE category = 'records'`,
    );
    if (!row) return String(state());
    if (row.state === 'done') return 'erased';
    return row.cursor === null ? 'begun' : JSON.parse(String(row.cursor)).phase;
  }

  const state = () => queryDisk(worker.stateDir, 'SELECT state FROM deletion_requests')[0]?.state;
  const range = () => `project=${client.projectId}&from=0&to=${Date.now() + offsetMs + DAY_MS}`;
  const byId = (a: LogRecord, b: LogRecord) => (a.id < b.id ? -1 : 1);
  const left = () => before.filter((record) => !isJanes(record)).sort(byId);
  const leftOld = () => left().filter(({ ts }) => ts < TODAY_MS - 40 * DAY_MS);

  async function exported(): Promise<LogRecord[]> {
    const answer = await client.fetch('GET', `/api/export?${range()}&format=ndjson`);
    return recordsOf(await answer.text());
  }

  it('hits runs of the erasure under way, and is done after all', () => {
    expect(killedIn.filter((at) => /begun|flush|seal|scan|settle/.test(at)).length).toBeGreaterThan(0);
    expect(state()).toBe('done');
  });

  it('leaves every record of others once and as it was, and none of hers, in an export and in a search', async () => {
    expect((await exported()).sort(byId)).toEqual(left());
    const found: LogRecord[] = [];
    for (let cursor = ''; ; ) {
      const path = `/api/query/logs?${range()}&limit=1000${cursor}`;
      const page = await client.call<{ records: LogRecord[]; nextCursor: string | null }>('GET', path);
      found.push(...page.records);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(found.map(({ id }) => id).sort()).toEqual(left().map(({ id }) => id));
  });

  it('leaves files to be taken away that hold what is old, once, and none of hers', async () => {
    const taken: LogRecord[] = [];
    for (const { id, records } of await client.archives()) {
      const file = await (await client.fetch('GET', `/api/archives/${id}/download`)).arrayBuffer();
      const read = recordsOf(gunzipSync(new Uint8Array(file)).toString('utf8'));
      expect(read).toHaveLength(records);
      taken.push(...read);
    }
    expect(taken.sort(byId)).toEqual(leftOld());
    const parquet = objectKeys(worker.stateDir).filter((key) => key.startsWith('warehouse/'));
    const rows = await Promise.all(
      parquet.map((key) => readParquet(readObject(worker.stateDir, key) ?? Buffer.alloc(0))),
    );
    const ids = rows.flat().map(({ id }) => String(id));
    expect(ids.sort()).toEqual(leftOld().map(({ id }) => id));
  });

  it('leaves no trace of her in any table, object of R2 or Durable Object, where there were some in all of them', async () => {
    const had = ['archive/', 'warehouse/', 'block_payloads', 'error_groups', 'etl_rejects', 'query_cache'];
    expect(Object.keys(placesBefore)).toEqual(
      expect.arrayContaining([...had, 'Journal.parts', 'Fraud.events', 'Fraud.sessions']),
    );
    expect(await placesOf(worker.stateDir, TRACES)).toEqual({});
    expect(await placesOf(worker.stateDir, /usr-mary/)).toMatchObject({ 'archive/': expect.any(Number) });
  });

  it('leaves archives, blocks and manifests that agree, signed to the end of their chain', async () => {
    const archives = await client.archives();
    expect(new Set(archives.map(({ state: now, stream }) => `${now} ${stream}`))).toEqual(new Set(['current logs']));
    for (const { id } of archives) {
      const check = await client.call<ArchiveCheck>('POST', `/api/archives/${id}/verify`);
      expect(check).toMatchObject({ ok: true, problems: [] });
    }
    const check = await client.call<ManifestCheck>('POST', `/api/archives/verify?project=${client.projectId}`);
    expect(check).toMatchObject({ ok: true, problems: [], records: leftOld().length, nextSequence: null });
    const batches = objectKeys(worker.stateDir).filter((key) => key.endsWith('.ndjson.gz'));
    expect(batches.sort()).toEqual(archives.map(({ key }) => key).sort());
    expect(readStored(worker.stateDir, client.projectId).faults).toEqual([]);
  });

  it('leaves a receipt that says all that is gone, and a ledger in R2 that says the same', async () => {
    const admin = await worker.signIn();
    const receipt = (await admin.get(`/api/compliance/deletions/${requestId}/receipt`)) as ErasureReceipt;
    const told = new Map(receipt.erased.map(({ category, counts }) => [category, counts]));
    expect([...told.keys(), ...receipt.held.map(({ category }) => category)].sort()).toEqual(
      [...ERASURE_CATEGORIES].sort(),
    );
    expect(told.get('records')).toMatchObject({ records: before.filter(isJanes).length });
    const { reference, executedAtMs, restorableUntilMs } = receipt;
    const ledger = readObject(worker.stateDir, `compliance/erasures/${requestId}.json`)?.toString('utf8') ?? '';
    expect(JSON.parse(ledger)).toMatchObject({
      ...{ executedAtMs, restorableUntilMs },
      request: { id: requestId, projectId: client.projectId, reference, executedAtMs },
    });
    const request = (await admin.get(`/api/compliance/deletions/${requestId}`)) as DeletionRequest;
    expect(request).toMatchObject({ state: 'done', identity: JANE, problem: null });
    const unfinished = request.steps.filter((step) => !['done', 'held'].includes(step.state));
    expect(unfinished).toEqual([]);
  });
});

/** Erased records have left empty lines. */
function recordsOf(ndjson: string): LogRecord[] {
  const lines = ndjson.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as LogRecord);
}
