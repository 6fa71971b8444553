import type { AdminSession } from '../../../scripts/start/api.ts';
import { ArchiveClient, DAY_MS } from './archive-client.ts';
import { until } from './temporary.ts';
import { type StartedWorkerd, startWorkerd } from './workerd.ts';

export interface AgedWorker {
  worker: StartedWorkerd;
  admin: AdminSession;
  /** Of a project with an archive, a file of the warehouse and a request for deletion that was carried out. */
  client: ArchiveClient;
  /** Of its clock, over that of the machine. */
  offsetMs: number;
}

const HOUR_MS = 3_600_000;
/** Blocks rest for an hour before they are archived, and an erasure waits until no cache can answer. */
const OFFSET_MS = 2 * HOUR_MS;
const OLD_DAYS = 40;
/** So many records are a block at once; fewer wait for a minute. */
const BLOCK = 5_000;
const BATCH = 1_000;
const LIMITS = { ingestPerMinute: 300_000, queryPerMinute: 300_000 };

/** An instance that has been in use for a while: started, filled, and started again two hours later. */
export async function startAgedWorker(): Promise<AgedWorker> {
  const first = await startWorkerd();
  const before = await first.signIn();
  const client = (await ArchiveClient.create(before, LIMITS)).at(first);
  await storeBlock(client);
  await before.post('/api/compliance/deletions', {
    ...{ projectId: client.projectId, regimeId: 'gdpr', receivedAtMs: Date.now(), graceDays: 0 },
    identity: { userIds: ['u-erased'] },
  });
  await before.post('/api/jobs/erasure/run');
  await first.stop();
  const worker = await startWorkerd({ stateDir: first.stateDir, vars: { CLOCK_OFFSET_MS: String(OFFSET_MS) } });
  const admin = await worker.signIn();
  await client.at(worker).call('PUT', `/api/archives/settings?project=${client.projectId}`, {
    ...{ hotDays: 30, retentionDays: 400, retentionDaysByStream: {}, infrequentAfterDays: 90, warehouse: true },
  });
  for (const job of ['archive', 'warehouse', 'erasure']) await admin.post(`/api/jobs/${job}/run`);
  return { worker, admin, client, offsetMs: OFFSET_MS };
}

async function storeBlock(client: ArchiveClient): Promise<void> {
  const fromMs = Date.now() - OLD_DAYS * DAY_MS;
  for (let at = 0; at < BLOCK; at += BATCH)
    await client.send(Array.from({ length: BATCH }, (_, i) => ({ ts: fromMs + at + i, message: 'old' })));
  await until('the block is sealed', async () => {
    const ledger = `/api/projects/${client.projectId}/ledger`;
    const { journal } = await client.call<{ journal: { backlogRecords: number } }>('GET', ledger);
    return journal.backlogRecords === 0;
  });
}
