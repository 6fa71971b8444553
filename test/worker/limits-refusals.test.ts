import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { until } from '../helpers/worker/until.ts';

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

const post = (key: string | null, body: string) =>
  exports.default.fetch(
    new Request(`${ORIGIN}/api/ingest`, {
      method: 'POST',
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      body,
    }),
  );

describe('a flood of refusals', () => {
  it('is counted to the last one within a second, by itself, and writes a row a second', async () => {
    const { id: projectId } = await createProject();
    const { id: keyId, key } = await createKey(projectId, ['ingest']);
    const journal = env.JOURNAL.getByName(`${projectId}/0`);
    const written = (): Promise<number> =>
      runInDurableObject(journal, (_, { storage }) => {
        const [row] = storage.sql.exec<{ n: number }>('SELECT total_changes() AS n').toArray();
        return row?.n ?? 0;
      });
    await post(key, '[');
    const before = await written();
    const startedMs = Date.now();
    for (let i = 0; i < 200; i++) expect((await post(key, '[')).status).toBe(400);
    const seconds = Math.ceil((Date.now() - startedMs) / 1_000) + 1;
    // Nobody reads the ledger route here: what is gathered is told by itself.
    await until('all of them are counted', async () => {
      const { ledger } = await journal.status();
      return ledger.find((row) => row.keyId === keyId)?.refused === 201;
    });
    // Two rows for each time that it is told: the minute of the key, and the code.
    expect((await written()) - before).toBeLessThanOrEqual(2 * seconds);
  });

  it('without a key, or with bad ones, is gathered as well, and whoever reads the counts sees all', async () => {
    const read = async (): Promise<Record<string, number>> => {
      const { body } = await callApp('GET', '/api/refused-keys', { as: admin });
      return Object.fromEntries(body.items.map((row: { code: string; requests: number }) => [row.code, row.requests]));
    };
    const before = await read();
    await Promise.all(Array.from({ length: 60 }, (_, i) => post(i % 2 === 0 ? null : `bw_${i}.k1.e30.x`, '{}')));
    const after = await read();
    expect((after.key_missing ?? 0) - (before.key_missing ?? 0)).toBe(30);
    expect((after.key_invalid ?? 0) - (before.key_invalid ?? 0)).toBe(30);
  });
});
