/**
 * Beacons of pages, durable when they are answered: requests a second, and what each costs. Beside them, in the same run and by the same load, a
 * Worker that answers every request with nothing at once, which is the most that this runtime gives, and our own Worker where only its router works.
 */
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { type LoadResult, runHttpLoad } from './lib/http-load.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { startTarget, type Target } from './lib/target.ts';

const CLIENTS = 16;
const RECORDS = 5;
const DURATION_MS = Number(process.env.BENCH_BEACON_MS ?? 8_000);
const WARM_UP_MS = 2_000;
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const ORIGIN = 'https://shop.example';

function load(url: string, expectStatus: number, durationMs: number): Promise<LoadResult> {
  const userAgent =
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Mobile Safari/537.36';
  const headers = { origin: ORIGIN, 'content-type': 'text/plain;charset=UTF-8', 'user-agent': userAgent };
  return runHttpLoad({
    ...{ url, headers, bodies: 'beacon', clients: CLIENTS, recordsPerBody: RECORDS, durationMs, expectStatus },
  });
}

/** The same requests at a Worker that does nothing. */
async function emptyWorker(): Promise<{ url: string; stop: () => Promise<void> }> {
  const script = 'export default { fetch: () => new Response(null, { status: 204 }) }';
  const worker = new Miniflare(convertV4MiniflareOptions({ modules: true, script, compatibilityDate: '2026-11-01' }));
  return { url: String(await worker.ready), stop: () => worker.dispose() };
}

async function browserKey(target: Target): Promise<string> {
  const admin = await target.worker.signIn();
  const body = { name: 'page', scopes: ['ingest'], origins: [ORIGIN] };
  return ((await admin.post(`/api/projects/${target.projectId}/keys`, body)) as { key: string }).key;
}

export async function run(): Promise<Row[]> {
  const beacons: LoadResult[] = [];
  const routed: LoadResult[] = [];
  const empty: LoadResult[] = [];
  for (let i = 0; i < RUNS; i++) {
    const target = await startTarget();
    const nothing = await emptyWorker();
    try {
      const url = `${target.worker.url}/api/beacon?key=${await browserKey(target)}`;
      await load(url, 204, WARM_UP_MS);
      beacons.push(await load(url, 204, DURATION_MS));
      // The route takes no POST.
      routed.push(await load(`${target.worker.url}/health`, 405, DURATION_MS / 2));
      await load(nothing.url, 204, WARM_UP_MS);
      empty.push(await load(nothing.url, 204, DURATION_MS / 2));
    } finally {
      await nothing.stop();
      await target.worker.stop();
    }
  }
  const failed = [...beacons, ...routed, ...empty].reduce((sum, { failures }) => sum + failures, 0);
  if (failed > 0) throw new Error(`${failed} requests were not answered as expected`);
  const rate = (results: readonly LoadResult[]) => median(results.map(({ requests, seconds }) => requests / seconds));
  const p95 = median(beacons.map(({ latenciesMs }) => quantile(latenciesMs, 0.95)));
  return [
    {
      what: `beacons of ${RECORDS} vitals, labelled and durable, ${CLIENTS} connections, ${DURATION_MS / 1_000} s`,
      reach: '>= 5,000/s, or the limit of an empty Worker',
      ours: `${thousands(rate(beacons))}/s, p95 ${p95.toFixed(1)} ms; ${thousands(rate(beacons) * RECORDS)} records/s`,
      peers: {
        'an empty Worker': `${thousands(rate(empty))}/s`,
        'our Worker, its router alone': `${thousands(rate(routed))}/s`,
      },
    },
  ];
}
