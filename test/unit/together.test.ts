import { describe, expect, it } from 'vitest';
import { MAX_ROOM_WAIT_MS } from '../../src/journal/index.ts';
import { TIMEOUT_MS } from '../../src/limits/client.ts';
import { type Fault, orFault, TOGETHER, Together } from '../../src/shared/together.ts';

interface Answer {
  kind: 'answer';
  of: string;
}
const answerTo = (of: string): Answer => ({ kind: 'answer', of: `${of}!` });

/** A lane whose flights end, and whose waits are over, when the test says so. */
class Bench {
  readonly flights: { calls: string[]; end: (cause?: Error) => void }[] = [];
  readonly kept: Promise<unknown>[] = [];
  readonly #waits: { ms: number; over: () => void }[] = [];
  readonly together = new Together<string, Answer>(
    {
      wait: (ms, signal) =>
        new Promise((resolve) => {
          this.#waits.push({ ms, over: resolve });
          signal?.addEventListener('abort', () => resolve());
        }),
      waitUntil: (work) => this.kept.push(work),
    },
    { maxTogether: 3, pauseMs: 1, patienceMs: 1_000, travelMs: 5_000 },
  );

  async call(name: string, key = 'lane'): Promise<string> {
    const { of } = await this.together.call(key, name, (calls) => {
      const { promise, resolve, reject } = Promise.withResolvers<(Answer | Fault)[]>();
      const end = (cause?: Error) => (cause ? reject(cause) : resolve(calls.map(answered)));
      this.flights.push({ calls, end });
      return promise;
    });
    return of;
  }

  /** Ends a flight, and lets the pause of whoever leads next pass. */
  async end(at: number, cause?: Error): Promise<void> {
    this.flights[at]?.end(cause);
    await settle();
    await this.pass(1);
  }

  async pass(ms: number): Promise<void> {
    for (const wait of this.#waits.splice(0)) {
      if (wait.ms === ms) wait.over();
      else this.#waits.push(wait);
    }
    await settle();
  }
}

const answered = (call: string) =>
  orFault(() => {
    if (call.startsWith('broken')) throw new Error(`${call} is broken`);
    return answerTo(call);
  });

const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('calls to one object', () => {
  it('go at once while it is quiet, one after the other', async () => {
    const bench = new Bench();
    for (const [i, name] of ['a', 'b'].entries()) {
      const answer = bench.call(name);
      expect(bench.flights[i]?.calls).toEqual([name]);
      await bench.end(i);
      expect(await answer).toBe(`${name}!`);
    }
  });

  it('that come while one is under way travel together, up to a bound, each with its own answer', async () => {
    const bench = new Bench();
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => bench.call(name)));
    await bench.end(0);
    expect(bench.flights[1]?.calls).toEqual(['b', 'c', 'd']);
    await bench.end(1);
    expect(bench.flights[2]?.calls).toEqual(['e']);
    await bench.end(2);
    expect(await answers).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
    expect(bench.kept).toHaveLength(5);
  });

  it('to different objects do not wait for each other', () => {
    const bench = new Bench();
    void bench.call('a', 'one');
    void bench.call('b', 'two');
    expect(bench.flights.map(({ calls }) => calls)).toEqual([['a'], ['b']]);
  });

  it('fail together, and those that come after them go on', async () => {
    const bench = new Bench();
    const outcomes = Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((name) => bench.call(name)));
    await bench.end(0);
    await bench.end(1, new Error('away'));
    await bench.end(2);
    expect((await outcomes).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled'],
    ]);
    const again = bench.call('f');
    await bench.end(3);
    expect(await again).toBe('f!');
  });

  it('wait no longer than their patience for one that never ends, and take the others along', async () => {
    const bench = new Bench();
    void bench.call('lost');
    const answers = Promise.all(['a', 'b'].map((name) => bench.call(name)));
    await bench.pass(1_000);
    await bench.pass(1);
    expect(bench.flights.slice(1).flatMap(({ calls }) => calls)).toEqual(['a', 'b']);
    const later = bench.call('c');
    expect(bench.flights.at(-1)?.calls).toEqual(['c']);
    for (const flight of bench.flights) flight.end();
    expect([await answers, await later]).toEqual([['a!', 'b!'], 'c!']);
  });

  it('that travel with one that never ends are not sent twice: they fail', async () => {
    const bench = new Bench();
    const first = bench.call('a');
    const lead = bench.call('lead');
    const along = bench.call('along').catch((cause: Error) => cause.message);
    await bench.end(0);
    expect(bench.flights[1]?.calls).toEqual(['lead', 'along']);
    await bench.pass(1_000);
    await bench.pass(5_000);
    expect(await along).toBe('no answer in time');
    bench.flights[1]?.end();
    expect([await first, await lead]).toEqual(['a!', 'lead!']);
    expect(bench.flights).toHaveLength(2);
  });

  it('that travel are waited for as long as the call may take, however long that is for those who wait in the lane', async () => {
    const bench = new Bench();
    void bench.call('a');
    const [lead, along] = [bench.call('lead'), bench.call('along')];
    await bench.end(0);
    await bench.pass(1_000);
    await bench.pass(1_000);
    bench.flights[1]?.end();
    expect([await lead, await along]).toEqual(['lead!', 'along!']);
    // What is answered for may wait for room, and takes have a time of their own, which must be the first that is over.
    expect(TOGETHER.travelMs).toBeGreaterThan(MAX_ROOM_WAIT_MS);
    expect(TOGETHER.travelMs).toBeGreaterThan(TIMEOUT_MS);
  });

  it('fail alone where the object says so of one of them', async () => {
    const bench = new Bench();
    const outcomes = Promise.allSettled(['broken first', 'b', 'broken', 'd'].map((name) => bench.call(name)));
    await bench.end(0);
    await bench.end(1);
    expect(await outcomes).toMatchObject([
      { reason: new Error('Error: broken first is broken') },
      { value: 'b!' },
      { reason: new Error('Error: broken is broken') },
      { value: 'd!' },
    ]);
  });
});
