import { env } from 'cloudflare:workers';
import { createApp } from '../../../src/app.ts';
import { type Answer, callApp, type SignedIn } from './call-app.ts';

/** How many rows of the database an answer took, with everything that was asked of it. */
export async function rowsRead(as: SignedIn, path: string): Promise<{ rows: number; answer: Answer }> {
  let rows = 0;
  const count = <T extends { meta: { rows_read: number } }>(result: T): T => {
    rows += result.meta.rows_read;
    return result;
  };
  const real = new WeakMap<object, D1PreparedStatement>();
  const watch = (statement: D1PreparedStatement): D1PreparedStatement => {
    const watched = {
      bind: (...values: unknown[]) => watch(statement.bind(...values)),
      all: async () => count(await statement.all()),
      run: async () => count(await statement.run()),
      first: async (column?: string) => {
        const { results } = count(await statement.all<Record<string, unknown>>());
        return column === undefined ? (results[0] ?? null) : (results[0]?.[column] ?? null);
      },
    } as unknown as D1PreparedStatement;
    real.set(watched, statement);
    return watched;
  };
  const db = {
    prepare: (sql: string) => watch(env.DB.prepare(sql)),
    batch: async (all: D1PreparedStatement[]) =>
      (await env.DB.batch(all.map((one) => real.get(one) ?? one))).map((result) => count(result)),
  } as unknown as D1Database;
  const answer = await callApp('GET', path, { as, app: createApp(), env: { ...env, DB: db } });
  return { rows, answer };
}
