/** One row for a protocol: the rate at which its route acknowledges records as durable. */
import { runHttpLoad } from './http-load.ts';
import type { BodyKind } from './load-bodies.ts';
import { median, quantile, type Row, thousands } from './row.ts';
import { readBacklog, startTarget } from './target.ts';

const CLIENTS = 8;
const RECORDS_PER_BODY = 500;
const SUSTAINED_MS = Number(process.env.BENCH_PROTOCOL_MS ?? 20_000);
const WARM_UP_MS = 3_000;
const RUNS = Number(process.env.BENCH_RUNS ?? 3);

export interface Protocol {
  /** In the words of the row: `OTLP logs in JSON`. */
  name: string;
  path: string;
  contentType: string;
  bodies: BodyKind;
  expectStatus: number;
  reach: string;
}

interface Figure {
  perSecond: number;
  p99Ms: number;
  bytesPerRecord: number;
}

export async function protocolRow(protocol: Protocol): Promise<Row> {
  const runs: Figure[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await measure(protocol));
  const perSecond = median(runs.map((run) => run.perSecond));
  const p99Ms = median(runs.map((run) => run.p99Ms));
  const size = Math.round(runs[0]?.bytesPerRecord ?? 0);
  return {
    what: `records/s acknowledged durable, ${protocol.name}, ${RECORDS_PER_BODY} a request of ${size} bytes each, ${SUSTAINED_MS / 1_000} s, ${CLIENTS} clients`,
    reach: protocol.reach,
    ours: `${thousands(perSecond)}/s, p99 ${p99Ms.toFixed(0)} ms`,
    peers: {},
  };
}

async function measure({ path, contentType, bodies, expectStatus }: Protocol): Promise<Figure> {
  const target = await startTarget();
  try {
    const config = {
      url: `${target.worker.url}${path}`,
      headers: { authorization: `Bearer ${target.key}`, 'content-type': contentType },
      bodies,
      clients: CLIENTS,
      recordsPerBody: RECORDS_PER_BODY,
      expectStatus,
    };
    const warm = await runHttpLoad({ ...config, durationMs: WARM_UP_MS });
    const result = await runHttpLoad({ ...config, durationMs: SUSTAINED_MS });
    if (result.failures > 0) throw new Error(`${result.failures} of ${result.requests} requests failed`);
    const { stored } = await readBacklog(target);
    if (stored !== warm.records + result.records)
      throw new Error(`acknowledged ${warm.records + result.records}, ledger says ${stored}`);
    return {
      perSecond: result.records / result.seconds,
      p99Ms: quantile(result.latenciesMs, 0.99),
      bytesPerRecord: result.bytes / result.records,
    };
  } finally {
    await target.worker.stop();
  }
}
