/** What the doctor says of deployments that are not well, told by a server that answers as such a deployment would. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { Cli } from '../helpers/node/cli.ts';

const HOUR_MS = 3_600_000;
const PROJECT = 'prj_ill';
/** Read by the command alone: a server that takes every key needs no signature. */
const KEY = `bw_ill.k1.${Buffer.from(JSON.stringify({ p: PROJECT, s: ['admin'] })).toString('base64url')}.${'x'.repeat(43)}`;

type Answers = Record<string, { status?: number; body: unknown }>;

function wellAnswers(nowMs: number): Answers {
  const journal = { backlogRecords: 0, largestBacklogBytes: 0, sealFailingSinceMs: null };
  const minute = { received: 5, stored: 5, duplicate: 0, rejected: 0, refused: 0 };
  return {
    '/health': { body: { status: 'ok', version: packageJson.version } },
    '/api/ready': {
      body: {
        status: 'ready',
        checks: [{ name: 'database', ok: true, detail: 'answers' }],
        archive: { lagMs: 0, dueBlocks: 0 },
      },
    },
    [`/api/projects/${PROJECT}`]: { body: { name: 'Ill' } },
    [`/api/projects/${PROJECT}/ledger`]: {
      body: { received: 5, keys: [{ lastRecordAtMs: nowMs }], minutes: [minute], reasons: [], refusals: [], journal },
    },
    [`/api/projects/${PROJECT}/limits`]: {
      body: { limits: { ingestPerMinute: 100, queryPerMinute: 100 }, used: { ingest: 1, query: 1 }, quotas: [] },
    },
    '/api/health/pulse': { body: { atMs: nowMs } },
    '/api/health/webhook': { body: { status: 'healthy', destinations: [], unknown: [] } },
    '/api/metrics': { body: { metrics: [] } },
  };
}

let server: http.Server | null = null;
afterEach(() => server?.close());

/** What the doctor finds beside the socket, which this server has not. */
async function examine(change: (answers: Answers, nowMs: number) => void) {
  const nowMs = Date.now();
  const answers = wellAnswers(nowMs);
  change(answers, nowMs);
  server = http.createServer((request, response) => {
    const { status = 200, body } = answers[new URL(request.url ?? '', 'http://x').pathname] ?? {
      status: 404,
      body: {},
    };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stdout } = await new Cli({ BREAKWATER_URL: url, BREAKWATER_KEY: KEY }).run(['doctor', '--json']);
  const { findings } = JSON.parse(stdout) as {
    findings: { what: string; state: string; detail: string; fix?: string }[];
  };
  return { code, findings: findings.filter(({ what, state }) => what !== 'live' && state !== 'ok'), all: findings };
}

function body<T = object>(answers: Answers, path: string): T {
  return answers[path]?.body as T;
}

describe('the doctor', () => {
  it('finds nothing at a deployment that is well but for a proxy that stops WebSockets', async () => {
    const { code, findings, all } = await examine(() => undefined);
    expect([code, findings]).toEqual([1, []]);
    expect(all.find(({ what }) => what === 'live')).toMatchObject({
      state: 'fail',
      fix: expect.stringMatching(/proxy/),
    });
  });

  it.each<[string, (answers: Answers, nowMs: number) => void, object]>([
    [
      'a store that is away',
      (answers) => {
        answers['/api/ready'] = {
          status: 503,
          body: {
            status: 'not_ready',
            checks: [{ name: 'database', ok: false, detail: 'does not answer' }],
            archive: null,
          },
        };
      },
      { what: 'database', state: 'fail', fix: expect.stringMatching(/migrations apply/) },
    ],
    [
      'an archive whose cron does not run',
      (answers) => Object.assign(body(answers, '/api/ready'), { archive: { lagMs: 30 * HOUR_MS, dueBlocks: 12 } }),
      { what: 'archive', state: 'warn', detail: '1 d 6 h behind, 12 blocks', fix: expect.stringMatching(/cron/) },
    ],
    [
      'another version',
      (answers) => Object.assign(body(answers, '/health'), { version: '0.0.1' }),
      { what: 'version', state: 'warn', detail: expect.stringContaining('0.0.1') },
    ],
    [
      'a clock that is off',
      (answers, nowMs) => Object.assign(body(answers, '/api/health/pulse'), { atMs: nowMs - 2 * HOUR_MS }),
      { what: 'clock', state: 'warn', detail: expect.stringMatching(/^2 h ahead of the deployment|^1 h 59 min ahead/) },
    ],
    [
      'a clock that has records refused',
      (answers, nowMs) => Object.assign(body(answers, '/api/health/pulse'), { atMs: nowMs - 50 * HOUR_MS }),
      { what: 'clock', state: 'fail', fix: expect.stringMatching(/NTP/) },
    ],
    [
      'a project that never got a record',
      (answers) => Object.assign(body(answers, `/api/projects/${PROJECT}/ledger`), { received: 0, keys: [] }),
      { what: 'data', state: 'warn', fix: expect.stringContaining('breakwater send') },
    ],
    [
      'a project that went silent',
      (answers, nowMs) =>
        Object.assign(body(answers, `/api/projects/${PROJECT}/ledger`), {
          keys: [{ lastRecordAtMs: nowMs - 3 * HOUR_MS }],
        }),
      { what: 'data', state: 'warn', detail: 'the last record came 3 h ago' },
    ],
    [
      'a database that takes no blocks',
      (answers, nowMs) =>
        Object.assign(body<{ journal: object }>(answers, `/api/projects/${PROJECT}/ledger`).journal, {
          sealFailingSinceMs: nowMs - HOUR_MS,
          backlogRecords: 9,
        }),
      { what: 'sealing', state: 'fail', detail: expect.stringContaining('9 records wait') },
    ],
    [
      'a rate that is nearly used up',
      (answers) => Object.assign(body(answers, `/api/projects/${PROJECT}/limits`), { used: { ingest: 95, query: 0 } }),
      { what: 'limits', state: 'warn', detail: '95 of 100 ingest requests of this minute' },
    ],
    [
      'a quota that is used up',
      (answers) =>
        Object.assign(body(answers, `/api/projects/${PROJECT}/limits`), {
          quotas: [{ name: 'shipper', recordsPerDay: 1_000, left: 0 }],
        }),
      { what: 'limits', state: 'warn', detail: 'the key "shipper" has 0 of 1000 records left today' },
    ],
    [
      'dead letters',
      (answers) =>
        Object.assign(body(answers, '/api/health/webhook'), { destinations: [destination({ deadLetters: 4 })] }),
      {
        what: 'webhooks',
        state: 'warn',
        fix: expect.stringContaining('breakwater deliveries replay --destination dst_a --all'),
      },
    ],
    [
      'an open breaker, although the answer is a 503',
      (answers) => {
        answers['/api/health/webhook'] = {
          status: 503,
          body: { destinations: [destination({ breaker: { state: 'OPEN' } })], unknown: [] },
        };
      },
      { what: 'webhooks', state: 'warn', detail: 'the breaker of "Pager" is OPEN' },
    ],
    [
      'a job that does not succeed any more',
      (answers, nowMs) =>
        Object.assign(body(answers, '/api/metrics'), {
          metrics: [metric('breakwater_job_last_success_timestamp_seconds', (nowMs - 48 * HOUR_MS) / 1_000)],
        }),
      { what: 'jobs', state: 'warn', detail: '"archive" last succeeded 2 d ago' },
    ],
    [
      'a database that is nearly full',
      (answers) =>
        Object.assign(body(answers, '/api/metrics'), {
          metrics: [metric('breakwater_database_bytes', 9), metric('breakwater_database_limit_bytes', 10)],
        }),
      { what: 'database', state: 'warn', detail: '90 % full' },
    ],
    [
      'a store that refuses one question, without giving up the others',
      (answers) => {
        answers[`/api/projects/${PROJECT}/limits`] = {
          status: 500,
          body: { code: 'internal_error', detail: 'It broke.' },
        };
      },
      { what: 'limits', state: 'fail', detail: 'It broke.' },
    ],
  ])('finds %s, and nothing else', async (_what, change, finding) => {
    const { findings } = await examine(change);
    expect(findings).toEqual([expect.objectContaining(finding)]);
    expect(findings[0]?.fix).toMatch(/\w/);
  });
});

function destination(of: object) {
  const well = { disabled: false, disabledReason: null, breaker: { state: 'CLOSED' }, deadLetters: 0 };
  return { destinationId: 'dst_a', name: 'Pager', ...well, ...of };
}

function metric(name: string, value: number) {
  return { name, samples: [{ labels: { job: 'archive' }, value }] };
}
