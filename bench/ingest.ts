/** Records per second that POST /api/ingest acknowledges as durable, and the peers under the same load. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { freePort, until } from '../test/helpers/node/temporary.ts';
import { installBun } from './lib/bun.ts';
import { type LoadResult, runHttpLoad } from './lib/http-load.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { readBacklog, startTarget } from './lib/target.ts';

const CLIENTS = 8;
const RECORDS_PER_BODY = 500;
const SUSTAINED_MS = Number(process.env.BENCH_SUSTAINED_MS ?? 60_000);
const PEER_MS = Number(process.env.BENCH_PEER_MS ?? 10_000);
const WARM_UP_MS = 3_000;
const RUNS = Number(process.env.BENCH_RUNS ?? 3);

interface Figure {
  perSecond: number;
  p99Ms: number;
}

function load(url: string, headers: Record<string, string>, durationMs: number): Promise<LoadResult> {
  return runHttpLoad({
    url,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    bodies: 'ndjson',
    clients: CLIENTS,
    recordsPerBody: RECORDS_PER_BODY,
    durationMs,
    expectStatus: 202,
  });
}

function figure(result: LoadResult): Figure {
  if (result.failures > 0) throw new Error(`${result.failures} of ${result.requests} requests failed`);
  return { perSecond: result.records / result.seconds, p99Ms: quantile(result.latenciesMs, 0.99) };
}

async function ours(): Promise<Figure & { sealLagRecords: number; bytesPerRecord: number }> {
  const target = await startTarget();
  try {
    const headers = { authorization: `Bearer ${target.key}` };
    const warm = await load(`${target.worker.url}/api/ingest`, headers, WARM_UP_MS);
    const result = await load(`${target.worker.url}/api/ingest`, headers, SUSTAINED_MS);
    const { stored, backlogRecords } = await readBacklog(target);
    if (stored !== warm.records + result.records)
      throw new Error(`acknowledged ${warm.records + result.records}, ledger says ${stored}`);
    return { ...figure(result), sealLagRecords: backlogRecords, bytesPerRecord: result.bytes / result.records };
  } finally {
    await target.worker.stop();
  }
}

async function plainD1(): Promise<Figure> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: readFileSync(path.join(import.meta.dirname, 'peers/plain-d1.js'), 'utf8'),
      modulesRoot: '.',
      compatibilityDate: '2026-11-01',
      d1Databases: { DB: 'plain' },
      d1Persist: mkdtempSync(path.join(os.tmpdir(), 'bench-plain-')),
    }),
  );
  try {
    const url = String(await miniflare.ready);
    const db = await miniflare.getD1Database('DB');
    await db
      .prepare(
        'CREATE TABLE logs (id TEXT PRIMARY KEY, project TEXT, ts INTEGER, level TEXT, service TEXT, message TEXT, attrs TEXT) WITHOUT ROWID',
      )
      .run();
    await db.prepare('CREATE INDEX logs_by_time ON logs (project, ts)').run();
    await load(url, {}, WARM_UP_MS);
    return figure(await load(url, {}, PEER_MS));
  } finally {
    await miniflare.dispose();
  }
}

async function bun(binary: string, synchronous: 'FULL' | 'NORMAL', grouping: 'each' | 'batch'): Promise<Figure> {
  const port = await freePort();
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'bench-bun-db-')), 'logs.db');
  const server: ChildProcess = spawn(
    binary,
    [path.join(import.meta.dirname, 'peers/bun-ingest.js'), String(port), file, synchronous, grouping],
    { stdio: 'inherit' },
  );
  try {
    const url = `http://127.0.0.1:${port}/`;
    await until('bun answers', () =>
      fetch(url).then(
        (r) => r.ok,
        () => false,
      ),
    );
    await load(url, {}, WARM_UP_MS);
    return figure(await load(url, {}, PEER_MS));
  } finally {
    server.kill('SIGKILL');
  }
}

async function repeated<T extends Figure>(
  measure: () => Promise<T>,
): Promise<{ perSecond: number; p99Ms: number; runs: T[] }> {
  const runs: T[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await measure());
  return { perSecond: median(runs.map((r) => r.perSecond)), p99Ms: median(runs.map((r) => r.p99Ms)), runs };
}

function show({ perSecond, p99Ms }: Figure): string {
  return `${thousands(perSecond)}/s, p99 ${p99Ms.toFixed(0)} ms`;
}

export async function run(): Promise<Row[]> {
  const binary = installBun();
  const mine = await repeated(ours);
  const peers = {
    'one row per record in D1': show(await repeated(plainD1)),
    'Bun, one insert a record, FULL': show(await repeated(() => bun(binary, 'FULL', 'each'))),
    'Bun, one insert a record, NORMAL': show(await repeated(() => bun(binary, 'NORMAL', 'each'))),
    'Bun, one transaction a request, FULL': show(await repeated(() => bun(binary, 'FULL', 'batch'))),
  };
  const lag = median(mine.runs.map((r) => r.sealLagRecords));
  const size = Math.round(mine.runs[0]?.bytesPerRecord ?? 0);
  return [
    {
      what: `records/s acknowledged durable and sealed, \`/api/ingest\`, ${RECORDS_PER_BODY} a batch of ${size} bytes each, ${SUSTAINED_MS / 1_000} s, ${CLIENTS} clients (unsealed at the end: ${thousands(lag)})`,
      reach: '≥ 100,000/s, p99 ≤ 100 ms',
      ours: show(mine),
      peers,
    },
  ];
}
