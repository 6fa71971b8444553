/** How long a load balancer waits for `GET /health`, one after the other and with other requests under way, in workerd without the dev proxy. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runHttpLoad } from './lib/http-load.ts';
import { quantile, type Row } from './lib/row.ts';
import { startTarget } from './lib/target.ts';

const WARM_UP = 200;
const REQUESTS = 2_000;
const BESIDE = 400;
const PAUSE_MS = 10;

export async function run(): Promise<Row[]> {
  const { worker, key } = await startTarget();
  try {
    const ask = async (count: number, pauseMs: number): Promise<number[]> => {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const startedMs = performance.now();
        const answer = await fetch(`${worker.url}/health`);
        if (answer.status !== 200) throw new Error(`/health answers ${answer.status}`);
        await answer.arrayBuffer();
        times.push(performance.now() - startedMs);
        if (pauseMs > 0) await sleep(pauseMs);
      }
      return times;
    };
    await ask(WARM_UP, 0);
    const alone = await ask(REQUESTS, 0);
    const load = runHttpLoad({
      ...{ url: `${worker.url}/api/ingest`, bodies: 'ndjson', clients: 2, recordsPerBody: 500, expectStatus: 202 },
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${key}` },
      durationMs: BESIDE * (PAUSE_MS + 15),
    });
    const beside = await ask(BESIDE, PAUSE_MS);
    await load;
    const figure = (times: readonly number[]) =>
      `p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`;
    return [
      { what: `GET /health, ${REQUESTS} one after the other`, reach: 'p95 ≤ 10 ms', ours: figure(alone), peers: {} },
      {
        what: 'GET /health while two connections send 500 records a request as fast as they can, on the same thread',
        reach: 'measured',
        ours: figure(beside),
        peers: {},
      },
    ];
  } finally {
    await worker.stop();
  }
}
