/**
 * Erasure of one person from 10,000,000 records of a year through the public API: those past the hot period lie in archives. How long the job works for it, and what
 * of the stores it has to touch. The person is one of 100,000 users, with about a hundred records, each somewhere else.
 */
import { startWorkerd } from '../test/helpers/node/workerd.ts';
import { type Row, thousands } from './lib/row.ts';
import { createTarget } from './lib/target.ts';
import { fillYear, type Year } from './lib/years-of-blocks.ts';

const DAY_MS = 86_400_000;
const TO_MS = Date.UTC(2026, 10, 27);
const YEAR: Year = {
  ...{ fromMs: TO_MS - 365 * DAY_MS, toMs: TO_MS, hotFromMs: TO_MS - 30 * DAY_MS, seed: 7 },
  records: Number(process.env.BENCH_ERASURE_RECORDS ?? 10_000_000),
};
const PERSON = 'u4711';

/** Of a run that had nothing to do but look. */
const IDLE_MS = 100;

interface JobRun {
  durationMs: number;
  counts: Record<string, number>;
  problem: string | null;
}

interface Request {
  id: string;
  state: string;
  steps: { category: string; state: string; problem: string | null; counts: Record<string, number> }[];
}

export async function run(): Promise<Row[]> {
  const empty = await startWorkerd();
  const { projectId } = await createTarget(await empty.signIn());
  await empty.stop();
  const filled = await fillYear(empty.stateDir, projectId, YEAR, { references: 1, filesDir: null });
  const worker = await startWorkerd({ stateDir: empty.stateDir });
  try {
    const admin = await worker.signIn();
    const made = (await admin.post('/api/compliance/deletions', {
      ...{ projectId, identity: { userIds: [PERSON] }, regimeId: 'gdpr', graceDays: 0 },
      receivedAtMs: Date.now(),
    })) as Request;
    await admin.post(`/api/compliance/deletions/${made.id}/execute`, {});
    const read = async () => (await admin.get(`/api/compliance/deletions/${made.id}`)) as Request;
    let workedMs = 0;
    let runs = 0;
    for (let request = made; request.state !== 'done'; request = await read()) {
      const { durationMs, counts, problem } = (await admin.post('/api/jobs/erasure/run', {})) as JobRun;
      // What fails is tried again later and later: nothing that is measured is to fail.
      const failed = (await read()).steps.find(({ state }) => state === 'failed');
      if (problem !== null || counts.failed || failed) throw new Error(problem ?? failed?.problem ?? 'a step failed');
      // The last step waits a minute for questions that were asked before; the runs in between find nothing to do.
      if (durationMs > IDLE_MS) {
        runs++;
        workedMs += durationMs;
      } else {
        await new Promise((resolve) => setTimeout(resolve, 5_000));
      }
    }
    const counts = (await read()).steps.find(({ category }) => category === 'records')?.counts ?? {};
    const touched = Object.entries(counts).map(([name, count]) => `${thousands(count)} ${name}`);
    return [
      {
        what: `erasure of one person from ${thousands(YEAR.records)} records (${filled.blocks} blocks, ${filled.archivedBlocks} of them in ${filled.objects} objects): work of the job, in ${runs} runs`,
        reach: 'measured',
        ours: `${(workedMs / 1_000).toFixed(1)} s; ${touched.join(', ')} rewritten`,
        peers: {},
      },
    ];
  } finally {
    await worker.stop();
  }
}
