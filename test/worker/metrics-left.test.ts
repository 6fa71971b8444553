import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import { observeRequests } from '../../src/observability/index.ts';
import { registry } from '../../src/observability/red/isolate.ts';
import { type AppEnv, requestContext } from '../../src/shared/http.ts';
import { SLOW_REQUEST_MS } from '../../src/wire/performance.ts';

/** An app that waits in `/wait/:id` for a store that answers when the test says so. */
function waitingApp() {
  const [reached, answers] = [Promise.withResolvers<void>(), Promise.withResolvers<null>()];
  const head = () => {
    reached.resolve();
    return answers.promise;
  };
  const app = new Hono<AppEnv>();
  app.use(requestContext, observeRequests);
  app.get('/wait/:id', async (c) => {
    await c.get('ctx').env.STORE.head('nothing');
    return c.text('late');
  });
  const STORE = { head } as unknown as R2Bucket;
  const leaving = new AbortController();
  const request = new Request('http://localhost/wait/7', { signal: leaving.signal });
  const answer = app.fetch(request, { ...env, STORE }, createExecutionContext());
  return { leaving, reached: reached.promise, answers: () => answers.resolve(null), answer };
}
/** What is under way once nothing was told since: the most since then. */
function underWay() {
  registry.drain();
  return registry.drain().inFlight;
}
const requestsIn = ({ minutes }: ReturnType<typeof registry.drain>) =>
  minutes.flatMap(({ rows }) => rows.flatMap(([key, cell]) => (key === 'requests\nGET\n/wait/:id' ? [cell] : [])));

describe('a request whose client hangs up before it is answered', () => {
  it('is under way no longer, nor are its calls: the platform ends them without a word', async () => {
    const before = underWay();
    const { leaving, reached, answers, answer } = waitingApp();
    await reached;
    expect(underWay()).toEqual({ ...before, requests: (before.requests ?? 0) + 1, r2: (before.r2 ?? 0) + 1 });
    leaving.abort();
    expect(underWay()).toEqual(before);
    // Where the work goes on all the same, its ends are not counted a second time.
    answers();
    await answer;
    expect(underWay()).toEqual(before);
  });

  it('is counted once, as one that its client left, and as slow where it was', async () => {
    registry.drain();
    const { leaving, reached, answers, answer } = waitingApp();
    await reached;
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + SLOW_REQUEST_MS);
    leaving.abort();
    vi.mocked(performance.now).mockRestore();
    answers();
    await answer;
    const told = registry.drain();
    expect(requestsIn(told).map(([count, , , , , , , tally]) => [count, tally])).toEqual([[1, [0, 0, 0, 0, 0, 1]]]);
    expect(told.slow).toMatchObject([{ route: '/wait/:id', status: null, projectId: null }]);
  });
});

describe('a clock that is set back in the middle of a request', () => {
  it('makes no duration negative: the sum of durations would go back', async () => {
    registry.drain();
    const { reached, answers, answer } = waitingApp();
    await reached;
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now - 1_000);
    answers();
    await answer;
    vi.mocked(performance.now).mockRestore();
    const { minutes } = registry.drain();
    const sums = minutes.flatMap(({ rows }) => rows.map(([, [, sum, least]]) => [sum, least]));
    expect(sums).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});
