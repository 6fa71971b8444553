/** A quota is exact over a kill: what was charged before it is charged after it. */
import { afterAll, expect, it } from 'vitest';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const QUOTA = 35;
let worker: StartedWorkerd | null = null;
afterAll(async () => {
  await worker?.stop();
});

it('a key stores no record more than its quota, whenever everything is killed', async () => {
  worker = await startWorkerd();
  const { stateDir } = worker;
  const admin = await worker.signIn();
  const { id } = (await admin.post('/api/projects', { name: 'Quota' })) as { id: string };
  const body = { name: 'limited', scopes: ['ingest'], quota: { recordsPerDay: QUOTA } };
  const { key } = (await admin.post(`/api/projects/${id}/keys`, body)) as { key: string };
  const headers = { authorization: `Bearer ${key}` };
  let acknowledged = 0;
  for (let round = 0; round < 3; round++) {
    const { url, kill9 } = worker;
    const sends = Array.from({ length: 20 }, async (_, n) => {
      const request = { method: 'POST', headers, body: JSON.stringify({ message: `${round}/${n}` }) };
      // A request that the kill cut off has no answer, and may or may not be stored.
      return (await fetch(`${url}/api/ingest`, request).catch(() => null))?.status ?? 0;
    });
    // The second round is killed while it is under way.
    if (round === 1) await Promise.race(sends);
    else acknowledged += (await Promise.all(sends)).filter((status) => status === 202).length;
    await kill9();
    if (round === 1) acknowledged += (await Promise.all(sends)).filter((status) => status === 202).length;
    worker = await startWorkerd({ stateDir });
  }
  const again = await worker.signIn();
  const { stored } = (await again.get(`/api/projects/${id}/ledger`)) as { stored: number };
  const { quotas } = (await again.get(`/api/projects/${id}/limits`)) as { quotas: { used: number }[] };
  expect(acknowledged).toBeGreaterThanOrEqual(20);
  expect(stored).toBeGreaterThanOrEqual(acknowledged);
  // Charged first, stored after: what was cut off in between is charged and not stored, never the other way round.
  expect(stored).toBeLessThanOrEqual(quotas[0]?.used ?? 0);
  expect(quotas[0]?.used).toBeLessThanOrEqual(QUOTA);
});
