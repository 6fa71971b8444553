import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { fraudOf } from '../../../src/fraud/index.ts';
import { createKey, createProject } from './accounts.ts';
import { type Answer, type CallOptions, callApp } from './call-app.ts';

export const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36';

export interface FraudProject {
  id: string;
  keyId: string;
  key: string;
  /** Reads. */
  query: string;
  event(body: Record<string, unknown>, options?: CallOptions): Promise<Answer>;
  login(body: Record<string, unknown>, options?: CallOptions): Promise<Answer>;
  post(route: string, body: Record<string, unknown>, options?: CallOptions): Promise<Answer>;
  get(route: string): Promise<Answer>;
}

/** A project with a key that sends fraud events and one that reads them. */
export async function fraudProject(): Promise<FraudProject> {
  const { id } = await createProject();
  const sender = await createKey(id, ['ingest:fraud']);
  const { key: query } = await createKey(id, ['query']);
  const post = (route: string, body: Record<string, unknown>, options: CallOptions = {}) =>
    callApp('POST', `/api/fraud/${route}`, { key: sender.key, body, ...options });
  return {
    ...{ id, keyId: sender.id, key: sender.key, query, post },
    event: (body, options) => post('event', { eventType: 'payment', ...body }, options),
    login: (body, options) => post('login', body, options),
    get: (route) => callApp('GET', `/api/fraud/${route}`, { key: query }),
  };
}

/** What a browser would send back: `Cookie` of the `Set-Cookie` lines of an answer. */
export function cookieOf(...answers: Answer[]): Record<string, string> {
  const pairs = answers.flatMap(({ cookies }) => [...cookies.values()].map((line) => line.split(';', 1)[0]));
  return { cookie: pairs.join('; ') };
}

/** Every row of every table of the object, as text. */
export function dumpOf(projectId: string): Promise<string> {
  return runInDurableObject(fraudOf(env, projectId), (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
      )
      .toArray();
    return tables.map(({ name }) => JSON.stringify(storage.sql.exec(`SELECT * FROM "${name}"`).toArray())).join('\n');
  });
}
