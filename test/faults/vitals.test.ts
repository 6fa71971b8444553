/** The power switch under beacons: sums of vitals are those of the values that pages measured, each once, before and after they are sealed and folded. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RATINGS,
  ratingOf,
  type VitalsBreakdown,
  type VitalsPages,
  type VitalsSummary,
} from '../../src/wire/vitals.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { newProject, type Project, readLedger } from './project.ts';

const ROUNDS = Number(process.env.BREAKWATER_FAULT_ROUNDS ?? 3);
const PAGES_OPEN = 6;
const LONGEST_LIFE_MS = 1_500;
const ORIGIN = 'https://shop.example';
const PATHS = ['/', '/cart', '/users/:id'];

interface Measured {
  page: string;
  value: number;
}

describe(`SIGKILL to everything under beacons, ${ROUNDS} times`, () => {
  let worker: StartedWorkerd;
  let project: Project;
  let browserKey = '';
  let url = '';
  let stopped = false;
  let repeated = 0;
  let redelivered = 0;
  const measured: Measured[] = [];
  const surprises: string[] = [];

  /** As a page does: the same beacon again until it is answered, and now and then once more for no reason. */
  async function send(id: string): Promise<void> {
    const values = Array.from({ length: 1 + Math.floor(Math.random() * 12) }, () => ({
      page: PATHS[Math.floor(Math.random() * PATHS.length)] as string,
      value: Math.round(Math.random() * 60_000) / 10,
    }));
    const records = values.map(({ page, value }) => ({
      ...{ stream: 'vitals', ts: Date.now() },
      attrs: { name: 'LCP', value, url: `${ORIGIN}${page === '/users/:id' ? '/users/4711?token=x' : page}` },
    }));
    const body = JSON.stringify({ id, sentAt: Date.now(), common: { service: 'shop' }, records });
    for (let answers = 0, tries = 0; answers < (Math.random() < 0.1 ? 2 : 1); tries++) {
      if (tries === 1) repeated++;
      try {
        const response = await fetch(`${url}/api/beacon?key=${browserKey}`, {
          method: 'POST',
          headers: { origin: ORIGIN, 'content-type': 'text/plain', 'user-agent': 'Mozilla/5.0 Firefox/150.0' },
          body,
        });
        if (response.status === 204) {
          if (answers++ === 0) measured.push(...values);
          else redelivered++;
        } else if (response.status !== 503) {
          surprises.push(`${response.status} ${await response.text()}`);
          return;
        }
      } catch {
        await sleep(50); // killed meanwhile; nobody knows whether it was written
      }
    }
  }

  async function ask<T>(question: string): Promise<T> {
    const response = await fetch(`${url}/api/query/vitals/${question}`, {
      headers: { authorization: `Bearer ${project.key}` },
    });
    if (!response.ok) throw new Error(`${question} answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  async function expectWhatWasMeasured(): Promise<void> {
    const { items, source, complete } = await ask<VitalsSummary>('summary');
    expect({ source, complete }).toEqual({ source: 'rollups', complete: true });
    expectNumbers(
      items.find(({ name }) => name === 'LCP'),
      measured,
    );
    const pages = await ask<VitalsPages>('pages');
    expect(pages.items.map(({ page }) => page).sort()).toEqual([...PATHS].sort());
    for (const item of pages.items) {
      expectNumbers(
        item,
        measured.filter(({ page }) => page === item.page),
      );
    }
    const browsers = await ask<VitalsBreakdown>('breakdown?by=browser');
    expect(browsers.items.map(({ value, count }) => [value, count])).toEqual([['Firefox', measured.length]]);
  }

  beforeAll(async () => {
    worker = await startWorkerd();
    url = worker.url;
    const admin = await worker.signIn();
    project = await newProject(admin);
    const keyBody = { name: 'page', scopes: ['ingest'], origins: [ORIGIN] };
    browserKey = ((await admin.post(`/api/projects/${project.id}/keys`, keyBody)) as { key: string }).key;
    const run = Math.random().toString(36).slice(2, 12);
    const pages = Array.from({ length: PAGES_OPEN }, async (_, page) => {
      for (let i = 0; !stopped; i++) await send(`${run}-page-${page}-beacon-${i}`);
    });
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(LONGEST_LIFE_MS * (0.3 + 0.7 * Math.random())); // the moment is the test
      await worker.kill9();
      worker = await startWorkerd({ stateDir: worker.stateDir });
      url = worker.url;
    }
    stopped = true;
    await Promise.all(pages);
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
  });

  it('hits beacons in flight, and gives no answer that the status policy does not know', async () => {
    expect(surprises).toEqual([]);
    expect([repeated > 0, redelivered > 0]).toEqual([true, true]);
    const ledger = await readLedger(worker, project);
    expect(ledger.received).toBe(ledger.stored + ledger.duplicate + ledger.rejected);
    expect(ledger.stored).toBe(measured.length);
  });

  it('leaves sums of what was measured, once, in the tail and in what was sealed on the way', async () => {
    await expectWhatWasMeasured();
  });

  it('and so once all is sealed, and folded', async () => {
    await worker.stop();
    // Two minutes later: whatever is in the tail is due.
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: { CLOCK_OFFSET_MS: '120000' } });
    url = worker.url;
    await until('everything is sealed', async () => (await readLedger(worker, project)).journal.backlogRecords === 0);
    await expectWhatWasMeasured();
    const fold = await fetch(`${url}/cdn-cgi/local/scheduled?cron=3-58/5+*+*+*+*`);
    expect(fold.ok).toBe(true);
    await expectWhatWasMeasured();
  }, 120_000);
});

type Numbers = VitalsSummary['items'][number] | VitalsPages['items'][number];

function expectNumbers(numbers: Numbers | undefined, measured: readonly Measured[]): void {
  const values = measured.map(({ value }) => value).sort((a, b) => a - b);
  const share = (rating: (typeof RATINGS)[number]) =>
    values.filter((value) => ratingOf('LCP', value) === rating).length / values.length;
  expect(numbers?.count).toBe(values.length);
  expect(numbers?.good).toBeCloseTo(share('good'), 12);
  expect(numbers?.needsImprovement).toBeCloseTo(share('needs-improvement'), 12);
  expect(numbers?.poor).toBeCloseTo(share('poor'), 12);
  for (const [name, q] of [
    ['p50', 0.5],
    ['p75', 0.75],
    ['p99', 0.99],
  ] as const) {
    const exact = values[Math.floor(q * (values.length - 1))] as number;
    expect(Math.abs((numbers?.[name] ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.01 + 1e-9);
  }
}
