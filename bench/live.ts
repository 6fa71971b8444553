/**
 * Live delay at 5,000 records/s: from the answer of POST /api/ingest to the frame in a subscriber's hands. What the page adds to show it is
 * one animation frame; test/browser measures nothing in time.
 */
import { SUBPROTOCOL } from '../src/wire/protocol.ts';
import { makeRecord, random } from './lib/records.ts';
import { median, quantile, type Row } from './lib/row.ts';
import { startTarget } from './lib/target.ts';

const BATCHES_PER_SECOND = 50;
const RECORDS_PER_BATCH = 100;
const DURATION_MS = Number(process.env.BENCH_LIVE_MS ?? 20_000);
const SUBSCRIBERS = 3;

export async function run(): Promise<Row[]> {
  const target = await startTarget();
  const sockets: WebSocket[] = [];
  try {
    /** Batch number → when each subscriber got its last record. */
    const shownAtMs = new Map<number, number[]>();
    const ackedAtMs = new Map<number, number>();
    for (let i = 0; i < SUBSCRIBERS; i++)
      sockets.push(await subscribe(target.worker.url, target.projectId, target.key, shownAtMs));
    const next = random(3);
    const pending: Promise<void>[] = [];
    const started = performance.now();
    const batches = (DURATION_MS / 1_000) * BATCHES_PER_SECOND;
    for (let batch = 0; batch < batches; batch++) {
      const dueMs = started + (batch * 1_000) / BATCHES_PER_SECOND;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const records = Array.from({ length: RECORDS_PER_BATCH }, (_, i) => {
        const record = makeRecord(next, Date.now());
        return i === RECORDS_PER_BATCH - 1 ? { ...record, type: `batch-${batch}` } : record;
      });
      pending.push(
        fetch(`${target.worker.url}/api/ingest`, {
          method: 'POST',
          headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json' },
          body: JSON.stringify(records),
        }).then((answer) => {
          if (answer.status !== 202) throw new Error(`ingest answered ${answer.status}`);
          ackedAtMs.set(batch, performance.now());
        }),
      );
    }
    await Promise.all(pending);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const delaysMs: number[] = [];
    for (const [batch, acked] of ackedAtMs) {
      const shown = shownAtMs.get(batch) ?? [];
      if (shown.length !== SUBSCRIBERS)
        throw new Error(`batch ${batch} reached ${shown.length} of ${SUBSCRIBERS} subscribers`);
      for (const at of shown) delaysMs.push(Math.max(0, at - acked));
    }
    return [
      {
        what: `live delay, acknowledged to received, p95 at ${BATCHES_PER_SECOND * RECORDS_PER_BATCH} records/s, ${SUBSCRIBERS} subscribers (median ${median(delaysMs).toFixed(1)} ms)`,
        reach: '≤ 250 ms',
        ours: `${quantile(delaysMs, 0.95).toFixed(1)} ms`,
        peers: {},
      },
    ];
  } finally {
    for (const socket of sockets) socket.close();
    await target.worker.stop();
  }
}

function subscribe(url: string, project: string, key: string, shownAtMs: Map<number, number[]>): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/telemetry?project=${project}`, [
    SUBPROTOCOL,
    `bearer.${key}`,
  ]);
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error('the socket failed'));
    socket.onopen = () => socket.send(JSON.stringify({ type: 'SUBSCRIBE', project, topics: ['logs'] }));
    socket.onmessage = ({ data }) => {
      const atMs = performance.now();
      const frame = JSON.parse(String(data)) as { type: string; records?: { type?: string }[]; message?: string };
      if (frame.type === 'SUBSCRIBED') resolve(socket);
      if (frame.type === 'ERROR') reject(new Error(frame.message));
      for (const record of frame.records ?? []) {
        if (!record.type) continue;
        const batch = Number(record.type.slice('batch-'.length));
        shownAtMs.set(batch, [...(shownAtMs.get(batch) ?? []), atMs]);
      }
    };
  });
}
