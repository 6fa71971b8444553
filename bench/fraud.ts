/** How fast a fraud event is decided, durable in the object and in the journal, with the cookies and address of a signed-in user. */
import { type FraudLoadResult, runFraudLoad } from './lib/fraud-load.ts';
import { type LoadResult, runHttpLoad } from './lib/http-load.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { startTarget } from './lib/target.ts';

const USERS = 1_000;
const CLIENTS = 16;
const DURATION_MS = Number(process.env.BENCH_FRAUD_MS ?? 10_000);
const WARM_UP_MS = 3_000;
const RUNS = Number(process.env.BENCH_RUNS ?? 3);

export async function run(): Promise<Row[]> {
  const [full, single]: FraudLoadResult[][] = [[], []];
  const [ingest, empty]: LoadResult[][] = [[], []];
  for (let i = 0; i < RUNS; i++) {
    const target = await startTarget();
    try {
      const load = async (clients: number, durationMs: number) => {
        const { url } = target.worker;
        const result = await runFraudLoad({ url, key: target.key, clients, users: USERS, durationMs });
        if (result.failures + result.pending > 0)
          throw new Error(`${result.failures} events failed, ${result.pending} are pending, of ${result.requests}`);
        return result;
      };
      await load(CLIENTS, WARM_UP_MS);
      full?.push(await load(CLIENTS, DURATION_MS));
      single?.push(await load(1, DURATION_MS / 2));
      const plain = (path: string, expectStatus: number) =>
        runHttpLoad({
          url: target.worker.url + path,
          headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/x-ndjson' },
          ...{ bodies: 'ndjson', clients: CLIENTS, recordsPerBody: 1, durationMs: DURATION_MS / 2, expectStatus },
        });
      ingest?.push(await plain('/api/ingest', 202));
      // Nothing but the request and the router: the route takes no POST.
      empty?.push(await plain('/health', 405));
    } finally {
      await target.worker.stop();
    }
  }
  const perSecond = median((full ?? []).map(({ requests, seconds }) => requests / seconds));
  const of = (results: FraudLoadResult[] | undefined, q: number) =>
    median((results ?? []).map(({ latenciesMs }) => quantile(latenciesMs, q))).toFixed(1);
  const rate = (results: LoadResult[] | undefined) =>
    `${thousands(median((results ?? []).map(({ requests, seconds }) => requests / seconds)))}/s`;
  return [
    {
      what: `fraud/event scored and durable, of ${USERS} users with cookies, ${CLIENTS} connections, ${DURATION_MS / 1_000} s`,
      reach: '>= 2,000/s, p95 <= 10 ms',
      ours: `${thousands(perSecond)}/s, p50 ${of(full, 0.5)} ms, p95 ${of(full, 0.95)} ms`,
      peers: {
        'one record to /api/ingest, as many connections': rate(ingest),
        'a request that only the router sees': rate(empty),
      },
    },
    {
      what: `fraud/event scored and durable, of ${USERS} users with cookies, 1 connection`,
      reach: 'p95 <= 10 ms',
      ours: `p50 ${of(single, 0.5)} ms, p95 ${of(single, 0.95)} ms`,
      peers: {},
    },
  ];
}
