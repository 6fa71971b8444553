/**
 * Erasure of one person from 10,000,000 records of a year through the public API: those past the hot period lie in archives. How long the job works for it, and what
 * of the stores it has to touch. The person is one of 100,000 users, with about a hundred records, each somewhere else.
 */
import type { AdminSession } from '../scripts/start/api.ts';
import { until } from '../test/helpers/node/temporary.ts';
import { makeRecord, random } from './lib/records.ts';
import { type Row, thousands } from './lib/row.ts';
import { readBacklog, startTarget, type Target } from './lib/target.ts';

const RECORDS = Number(process.env.BENCH_ERASURE_RECORDS ?? 10_000_000);
const PER_BODY = 2_500;
const SENDERS = 4;
const DAY_MS = 86_400_000;
const PERSON = 'u4711';

interface JobRun {
  durationMs: number;
  counts: Record<string, number>;
  problem: string | null;
}

interface Request {
  id: string;
  state: string;
  steps: { category: string; counts: Record<string, number> }[];
}

/** Bodies as they are asked for: all of them are 2.6 GB. */
function* bodies(fromMs: number, stepMs: number): Generator<Buffer> {
  const next = random(7);
  for (let sent = 0; sent < RECORDS; sent += PER_BODY) {
    let body = '';
    for (let i = 0; i < PER_BODY; i++)
      body += `${JSON.stringify(makeRecord(next, Math.floor(fromMs + (sent + i) * stepMs)))}\n`;
    yield Buffer.from(body);
  }
}

async function fill(target: Target, fromMs: number): Promise<void> {
  const source = bodies(fromMs, (365 * DAY_MS) / RECORDS);
  const send = async (): Promise<void> => {
    for (let next = source.next(); !next.done; next = source.next()) {
      const answer = await fetch(`${target.worker.url}/api/ingest`, {
        method: 'POST',
        headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/x-ndjson' },
        body: new Uint8Array(next.value),
      });
      await answer.arrayBuffer();
      if (answer.status !== 202) throw new Error(`ingest answered ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  await until('every full block is sealed', async () => (await readBacklog(target)).backlogRecords < 5_000, 300_000);
}

const runJob = (admin: AdminSession, name: string) => admin.post(`/api/jobs/${name}/run`, {}) as Promise<JobRun>;

export async function run(): Promise<Row[]> {
  const target = await startTarget();
  try {
    await fill(target, Date.now() - 365 * DAY_MS);
    const admin = await target.worker.signIn();
    const made = (await admin.post('/api/compliance/deletions', {
      ...{ projectId: target.projectId, identity: { userIds: [PERSON] }, regimeId: 'gdpr', graceDays: 0 },
      receivedAtMs: Date.now(),
    })) as Request;
    await admin.post(`/api/compliance/deletions/${made.id}/execute`, {});
    const read = async () => (await admin.get(`/api/compliance/deletions/${made.id}`)) as Request;
    let workedMs = 0;
    let runs = 0;
    for (let request = made; request.state !== 'done'; request = await read()) {
      const { durationMs, problem } = await runJob(admin, 'erasure');
      if (problem !== null) throw new Error(problem);
      // The last step waits a minute for questions that were asked before; the runs in between find nothing to do.
      if (durationMs > 100) runs++;
      workedMs += durationMs;
      if (durationMs <= 100) await new Promise((resolve) => setTimeout(resolve, 5_000));
    }
    const counts = (await read()).steps.find(({ category }) => category === 'records')?.counts ?? {};
    const touched = Object.entries(counts).map(([name, count]) => `${thousands(count)} ${name}`);
    return [
      {
        what: `erasure of one person from ${thousands(RECORDS)} records: work of the job, in ${runs} runs`,
        reach: 'measured',
        ours: `${(workedMs / 1_000).toFixed(1)} s; ${touched.join(', ')} rewritten`,
        peers: {},
      },
    ];
  } finally {
    await target.worker.stop();
  }
}
