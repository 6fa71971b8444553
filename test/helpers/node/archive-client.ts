import type { AdminSession } from '../../../scripts/start/api.ts';
import type { Archive } from '../../../src/wire/archive.ts';
import type { StartedWorkerd } from './workerd.ts';

export const DAY_MS = 86_400_000;

/** The cron line of the archive, as the platform would call it. */
export const ARCHIVE_CRON = '/cdn-cgi/local/scheduled?cron=4-59%2F5+*+*+*+*';

/** Calls of a project's administrator, by a key: it needs no second proof. */
export class ArchiveClient {
  readonly projectId: string;
  readonly key: string;
  url = '';

  static async create(
    admin: AdminSession,
    limits: Readonly<Record<string, number>> | null = null,
  ): Promise<ArchiveClient> {
    const { id } = (await admin.post('/api/projects', { name: 'Archived' })) as { id: string };
    if (limits !== null) await admin.patch(`/api/projects/${id}`, { limits });
    const body = { name: 'administrator', scopes: ['admin', 'query', 'ingest'] };
    const { key } = (await admin.post(`/api/projects/${id}/keys`, body)) as { key: string };
    return new ArchiveClient(id, key);
  }

  private constructor(projectId: string, key: string) {
    this.projectId = projectId;
    this.key = key;
  }

  at({ url }: Pick<StartedWorkerd, 'url'>): this {
    this.url = url;
    return this;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.fetch(method, path, body);
    return (await answer.json()) as T;
  }

  async fetch(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  /** Records in one request, so that 5,000 of a stream are a block. */
  async send(records: readonly unknown[]): Promise<void> {
    await this.call('POST', '/api/ingest', records);
  }

  /** NDJSON as it is. */
  async ingest(body: Buffer): Promise<void> {
    const answer = await fetch(`${this.url}/api/ingest`, {
      ...{ method: 'POST', body: new Uint8Array(body) },
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/x-ndjson' },
    });
    if (answer.status !== 202) throw new Error(`/api/ingest answers ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  async archives(): Promise<Archive[]> {
    const page = await this.call<{ items: Archive[] }>('GET', `/api/archives?project=${this.projectId}&limit=1000`);
    return page.items;
  }
}
