/**
 * Socket records/s acknowledged as durable, one publisher and ten subscribers that each get every record: our Worker in workerd without the
 * dev proxy, and Bun servers with the same frames and the same load generator.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SUBPROTOCOL } from '../src/wire/protocol.ts';
import { freePort, until } from '../test/helpers/node/temporary.ts';
import { installBun } from './lib/bun.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { runSocketLoad, type SocketLoad, type SocketResult } from './lib/socket-load.ts';
import { readBacklog, startTarget } from './lib/target.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const DURATION_MS = Number(process.env.BENCH_SOCKET_MS ?? 5_000);
const WARM_UP_MS = 2_000;
const SUBSCRIBERS = 10;

type Load = Omit<SocketLoad, 'url' | 'protocols' | 'project' | 'gathersAcks'>;

/** Enough in flight that no server waits for the publisher, little enough that a frame is answered within a tenth of a second. */
const SHAPES: readonly { what: string; reach: string; load: Load }[] = [
  { what: 'in single-record frames', reach: '≥ 40,000/s', load: shape(1, 2_000) },
  { what: 'at 100 records a frame', reach: '≥ 150,000/s', load: shape(100, 64) },
];

function shape(recordsPerFrame: number, framesInFlight: number): Load {
  const times = { warmUpMs: WARM_UP_MS, durationMs: DURATION_MS };
  return { subscribers: SUBSCRIBERS, recordsPerFrame, framesInFlight, ...times };
}

interface Figure extends SocketResult {
  /** Records that were durable and not yet in a block at the end. */
  unsealed: number;
}

async function ours(load: Load, gathersAcks: boolean): Promise<Figure> {
  const target = await startTarget();
  try {
    const result = await runSocketLoad({
      ...load,
      gathersAcks,
      url: `${target.worker.url}/ws/telemetry?acks=${gathersAcks ? 'gathered' : 'each'}`,
      protocols: [SUBPROTOCOL, `bearer.${target.key}`],
      project: target.projectId,
    });
    const { stored, backlogRecords } = await readBacklog(target);
    if (stored !== result.total) throw new Error(`acknowledged ${result.total}, the ledger says ${stored}`);
    return { ...result, unsealed: backlogRecords };
  } finally {
    await target.worker.stop();
  }
}

async function bun(
  binary: string,
  synchronous: 'FULL' | 'NORMAL',
  grouping: 'each' | 'gather',
  load: Load,
): Promise<Figure> {
  const port = await freePort();
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'bench-bun-db-')), 'logs.db');
  const script = path.join(import.meta.dirname, 'peers/bun-sockets.js');
  const server: ChildProcess = spawn(binary, [script, String(port), file, synchronous, grouping], { stdio: 'inherit' });
  try {
    const url = `http://127.0.0.1:${port}/`;
    await until('bun answers', () =>
      fetch(url).then(
        (answer) => answer.ok,
        () => false,
      ),
    );
    return {
      ...(await runSocketLoad({ ...load, url, protocols: [], project: 'peer', gathersAcks: false })),
      unsealed: 0,
    };
  } finally {
    server.kill('SIGKILL');
  }
}

async function repeated(measure: () => Promise<Figure>): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (let i = 0; i < RUNS; i++) figures.push(await measure());
  return figures;
}

function show(figures: readonly Figure[]): string {
  const perSecond = median(figures.map(({ records, seconds }) => records / seconds));
  const p99Ms = median(figures.map(({ latenciesMs }) => quantile(latenciesMs, 0.99)));
  return `${thousands(perSecond)}/s, p99 ${p99Ms.toFixed(0)} ms`;
}

export async function run(): Promise<Row[]> {
  const binary = installBun();
  const rows: Row[] = [];
  for (const { what, reach, load } of SHAPES) {
    const mine = await repeated(() => ours(load, false));
    const gathered = await repeated(() => ours(load, true));
    const peers = {
      'Bun, one transaction a frame, FULL': show(await repeated(() => bun(binary, 'FULL', 'each', load))),
      'Bun, one transaction a frame, NORMAL': show(await repeated(() => bun(binary, 'NORMAL', 'each', load))),
      'Bun, gathering 2 ms, FULL': show(await repeated(() => bun(binary, 'FULL', 'gather', load))),
      'Bun, gathering 2 ms, NORMAL': show(await repeated(() => bun(binary, 'NORMAL', 'gather', load))),
    };
    const unsealed = median(mine.map((figure) => figure.unsealed));
    rows.push({
      what: `socket records/s acknowledged durable, ${what} of ${mine[0]?.recordBytes} bytes, 1 publisher, ${SUBSCRIBERS} subscribers (unsealed at the end: ${thousands(unsealed)})`,
      reach,
      ours: `${show(mine)}; with gathered ACKs ${show(gathered)}`,
      peers,
    });
  }
  return rows;
}
