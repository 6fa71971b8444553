/** Records per second that POST /v1/logs acknowledges as durable, in both encodings of OTLP. */
import { runOtlpLoad } from './lib/otlp-load.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { readBacklog, startTarget } from './lib/target.ts';

const CLIENTS = 8;
const RECORDS_PER_BODY = 500;
const SUSTAINED_MS = Number(process.env.BENCH_OTLP_MS ?? 20_000);
const WARM_UP_MS = 3_000;
const RUNS = Number(process.env.BENCH_RUNS ?? 3);

interface Figure {
  perSecond: number;
  p99Ms: number;
  bytesPerRecord: number;
}

async function measure(encoding: 'json' | 'protobuf'): Promise<Figure> {
  const target = await startTarget();
  try {
    const config = {
      url: `${target.worker.url}/v1/logs`,
      headers: {
        authorization: `Bearer ${target.key}`,
        'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
      },
      clients: CLIENTS,
      recordsPerBody: RECORDS_PER_BODY,
      expectStatus: 200,
      encoding,
    };
    const warm = await runOtlpLoad({ ...config, durationMs: WARM_UP_MS });
    const result = await runOtlpLoad({ ...config, durationMs: SUSTAINED_MS });
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

async function row(encoding: 'json' | 'protobuf', name: string): Promise<Row> {
  const runs: Figure[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await measure(encoding));
  const perSecond = median(runs.map((run) => run.perSecond));
  const p99Ms = median(runs.map((run) => run.p99Ms));
  const size = Math.round(runs[0]?.bytesPerRecord ?? 0);
  return {
    what: `records/s acknowledged durable, OTLP logs in ${name}, ${RECORDS_PER_BODY} a request of ${size} bytes each with ten attributes, ${SUSTAINED_MS / 1_000} s, ${CLIENTS} clients`,
    reach: '≥ 40,000/s',
    ours: `${thousands(perSecond)}/s, p99 ${p99Ms.toFixed(0)} ms`,
    peers: {},
  };
}

export async function run(): Promise<Row[]> {
  return [await row('protobuf', 'protobuf'), await row('json', 'JSON')];
}
