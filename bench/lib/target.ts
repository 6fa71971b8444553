import type { AdminSession } from '../../scripts/start/api.ts';
import { type StartedWorkerd, startWorkerd, type WorkerdOptions } from '../../test/helpers/node/workerd.ts';

export interface Target {
  worker: StartedWorkerd;
  projectId: string;
  /** Scopes ingest and query. */
  key: string;
}

/** Our Worker in workerd without the dev proxy, on an empty state, with a project and a key. */
export async function startTarget(
  vars: Readonly<Record<string, string>> = {},
  options: Pick<WorkerdOptions, 'script'> = {},
): Promise<Target> {
  const worker = await startWorkerd({ vars, ...options });
  return { worker, ...(await createTarget(await worker.signIn())) };
}

/** A project with a key that may send and search. */
export async function createTarget(admin: AdminSession): Promise<Omit<Target, 'worker'>> {
  const project = (await admin.post('/api/projects', { name: 'Bench' })) as { id: string };
  // The default rate is below what is measured.
  await admin.patch(`/api/projects/${project.id}`, { limits: { ingestPerMinute: 300_000, queryPerMinute: 300_000 } });
  const key = (await admin.post(`/api/projects/${project.id}/keys`, {
    name: 'bench',
    scopes: ['ingest', 'query'],
  })) as { key: string };
  return { projectId: project.id, key: key.key };
}

export interface Backlog {
  stored: number;
  backlogRecords: number;
}

/** The ledger as a client with this key reads it. */
export async function readBacklog(target: Target): Promise<Backlog> {
  const admin = await target.worker.signIn();
  const ledger = (await admin.get(`/api/projects/${target.projectId}/ledger`)) as {
    stored: number;
    journal: { backlogRecords: number };
  };
  return { stored: ledger.stored, backlogRecords: ledger.journal.backlogRecords };
}
