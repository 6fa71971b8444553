import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

let worker: StartedWorkerd;
let key: string;
beforeAll(async () => {
  worker = await startWorkerd();
  const admin = await worker.signIn();
  const { id } = (await admin.post('/api/projects', { name: 'Scraped' })) as { id: string };
  const made = await admin.post(`/api/projects/${id}/keys`, { name: 'scraper', scopes: ['admin'] });
  key = (made as { key: string }).key;
});
afterAll(() => worker.stop());

const ready = (signal?: AbortSignal) => fetch(`${worker.url}/api/ready`, signal ? { signal } : {});
/** How often the bucket was tried. */
async function tries(): Promise<number> {
  const answer = await fetch(`${worker.url}/api/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const line = /breakwater_calls_total\{target="r2",operation="head",outcome="ok"\} (\d+)/.exec(await answer.text());
  return Number(line?.[1] ?? 0);
}

describe('/api/ready of a running Worker', () => {
  it('tries everything once for all who ask at the same time, each in a request of its own', async () => {
    const before = await tries();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ready()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const answer of answers) expect(await answer.json()).toMatchObject({ status: 'ready' });
    // One for each second that they took; forty where each tried for itself.
    expect((await tries()) - before).toBeLessThan(10);
  });

  it('answers those who wait for what another asked, also where that one hangs up', async () => {
    for (let round = 0; round < 5; round++) {
      const leaving = new AbortController();
      const first = ready(leaving.signal).catch(() => null);
      const others = Array.from({ length: 5 }, () => ready());
      leaving.abort();
      await first;
      for (const answer of await Promise.all(others)) expect(answer.status).toBe(200);
    }
  });
});
