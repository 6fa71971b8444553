/** The server is killed (-9) between answers: what it had acknowledged of errors, source maps and releases is there after it, and once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorGroupDetail, ErrorGroups, Release } from '../../src/wire/error-groups.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { newProject, type Project, readLedger } from './project.ts';

const ROUNDS = 4;
const BATCHES = 5;
const MESSAGES = ['card refused', 'late', 'no route'];
const MAP = { version: 3, sources: ['src/pay.ts'], names: ['pay'], mappings: 'UAEQA' };

describe('errors of a server that is killed again and again', () => {
  let worker: StartedWorkerd;
  let project: Project;
  let key: string;

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${worker.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const batch = (round: number, index: number) =>
    MESSAGES.map((message, i) => ({
      ...{ stream: 'errors', type: 'Error', message, sessionId: `s${index}` },
      attrs: { stack: `Error: x\n    at a (https://a.example/app${i}.js:1:11)`, labels: { release: `r${round}` } },
    }));
  const send = (round: number, index: number) =>
    call('POST', '/api/ingest', batch(round, index), { 'idempotency-key': `${round}.${index}` });

  beforeAll(async () => {
    worker = await startWorkerd();
    const admin = await worker.signIn();
    project = await newProject(admin);
    const body = { name: 'pipeline', scopes: ['admin', 'query', 'ingest'] };
    key = ((await admin.post(`/api/projects/${project.id}/keys`, body)) as { key: string }).key;
    for (let round = 0; round < ROUNDS; round++) {
      for (let index = 0; index < BATCHES; index++) expect((await send(round, index)).status).toBe(202);
      const upload = `/api/projects/${project.id}/sourcemaps?release=r${round}&file=app0.js`;
      expect((await call('PUT', upload, MAP)).status).toBe(201);
      expect((await call('POST', '/api/releases', { release: `r${round}` })).status).toBe(201);
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir });
      // As a client does whose answers were lost.
      for (let index = 0; index < BATCHES; index++) expect((await send(round, index)).status).toBe(202);
    }
  });
  afterAll(() => worker?.stop());

  const groups = async () => (await call('GET', '/api/query/errors')).body as ErrorGroups;
  const counts = ({ items }: ErrorGroups) =>
    items.map(({ message, count, sessions }) => [message, count, sessions]).sort();
  const expected = MESSAGES.map((message) => [message, ROUNDS * BATCHES, BATCHES]);

  it('counts each once, before and after the journal is sealed', async () => {
    expect(counts(await groups())).toEqual(expected);
    await worker.stop();
    // Two minutes later: whatever is in the tail is due.
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: { CLOCK_OFFSET_MS: '120000' } });
    await until('all is sealed', async () => (await readLedger(worker, project)).journal.backlogRecords === 0);
    const sealed = await groups();
    expect(counts(sealed)).toEqual(expected);
    expect(sealed.items.every(({ firstRelease }) => firstRelease === 'r0')).toBe(true);
    const { body } = await call('GET', '/api/releases');
    const { items: releases } = body as { items: Release[] };
    expect(releases.map(({ release }) => release)).toEqual(['r3', 'r2', 'r1', 'r0']);
  });

  it('explains them by every map whose upload was answered', async () => {
    const fingerprint = (await groups()).items.find(({ message }) => message === MESSAGES[0])?.fingerprint;
    const { body } = await call('GET', `/api/query/errors/${fingerprint}?limit=100`);
    const { items } = (body as ErrorGroupDetail).occurrences;
    expect(items).toHaveLength(ROUNDS * BATCHES);
    expect(new Set(items.map(({ frames }) => frames[0]?.original?.file))).toEqual(new Set(['src/pay.ts']));
  });
});
