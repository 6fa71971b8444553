import type { AdminSession } from '../../scripts/start/api.ts';
import type { StartedWorkerd } from '../helpers/node/workerd.ts';

export interface Project {
  id: string;
  /** Scopes ingest and query. */
  key: string;
}

export interface Ledger {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  refused: number;
  journal: {
    backlogRecords: number;
    backlogBytes: number;
    sealFailingSinceMs: number | null;
    lastSealAtMs: number | null;
  };
}

/** A project with one key, made as an administrator would. */
export async function newProject(admin: AdminSession, name = 'Test'): Promise<Project> {
  const { id } = (await admin.post('/api/projects', { name })) as { id: string };
  // Writers that never pause are over the default rate.
  await admin.patch(`/api/projects/${id}`, { limits: { ingestPerMinute: 300_000, queryPerMinute: 300_000 } });
  const body = { name: 'test', scopes: ['ingest', 'query'] };
  const { key } = (await admin.post(`/api/projects/${id}/keys`, body)) as { key: string };
  return { id, key };
}

/** The ledger, as the key's owner reads it. */
export async function readLedger(worker: Pick<StartedWorkerd, 'url'>, project: Project): Promise<Ledger> {
  const headers = { authorization: `Bearer ${project.key}` };
  const response = await fetch(`${worker.url}/api/projects/${project.id}/ledger`, { headers });
  if (!response.ok) throw new Error(`the ledger answers ${response.status}: ${await response.text()}`);
  return (await response.json()) as Ledger;
}
