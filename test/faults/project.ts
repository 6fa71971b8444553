import type { AdminSession } from '../../scripts/start/api.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import type { StartedWorkerd } from '../helpers/node/workerd.ts';

export interface Project {
  id: string;
  /** Scopes ingest and query. */
  key: string;
  keyId: string;
}

interface Counts {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
}

export interface Ledger extends Counts {
  refused: number;
  keys: (Counts & { keyId: string })[];
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
  const made = (await admin.post(`/api/projects/${id}/keys`, body)) as { id: string; key: string };
  return { id, key: made.key, keyId: made.id };
}

/** Every record of the project, read as a customer takes them away. */
export async function exportRecords(worker: Pick<StartedWorkerd, 'url'>, project: Project): Promise<LogRecord[]> {
  const range = `from=0&to=${Date.now() + 2 * 86_400_000}`;
  const url = `${worker.url}/api/export?project=${project.id}&format=ndjson&${range}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${project.key}` } });
  if (!response.ok) throw new Error(`the export answers ${response.status}: ${await response.text()}`);
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as LogRecord);
}

/** The ledger, as the key's owner reads it. */
export async function readLedger(worker: Pick<StartedWorkerd, 'url'>, project: Project): Promise<Ledger> {
  const headers = { authorization: `Bearer ${project.key}` };
  const response = await fetch(`${worker.url}/api/projects/${project.id}/ledger`, { headers });
  if (!response.ok) throw new Error(`the ledger answers ${response.status}: ${await response.text()}`);
  return (await response.json()) as Ledger;
}
