/** Requests made of the document of the API, right ones and broken ones: no 500, and every answer is one that the document has. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { buildOpenapi } from '../../scripts/start/openapi.ts';
import { type ApiDocument, Contract } from '../helpers/api-contract.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { type FuzzRequest, requests } from './fuzz-request.ts';
import { FuzzTarget } from './fuzz-target.ts';

/** 10,000 take minutes on a busy machine: they are for continuous integration. `FUZZ_REQUESTS=10000 FUZZ_SEED=7 npm test -- openapi-fuzz` tries as many, those of that seed. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? (process.env.CI ? 10_000 : 2_000));
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_128);
/** At once, as browsers and shippers come. */
const LANES = 8;

/** Files of the build: this server has the API alone. */
const FILES = ['GET /', 'GET /api/js/{file}', 'GET /api/docs', 'GET /api/openapi.json'];

let worker: StartedWorkerd;
let document: ApiDocument;

beforeAll(async () => {
  await buildOpenapi();
  document = JSON.parse(readFileSync(path.join(PROJECT_DIR, 'dist/openapi/openapi.json'), 'utf8'));
  worker = await startWorkerd();
});

afterAll(() => worker.stop());

describe('whatever is sent', () => {
  it(`is answered as the document says, and never by a fault (${REQUESTS} requests)`, {
    timeout: 1_200_000,
  }, async () => {
    const target = await FuzzTarget.open(worker);
    const contract = new Contract(document);
    const arbitrary = requests(document, (method, route) => FILES.includes(`${method} ${route}`));
    const sample = fc.sample(arbitrary, { numRuns: REQUESTS, seed: SEED });
    const found: object[] = [];
    const reached = new Map<string, number>();
    const letIn = new Set<string>();
    const lane = async (mine: readonly FuzzRequest[]) => {
      for (const request of mine) {
        const answer = await target.send(request);
        const breaches = [...(answer.status === 500 ? ['a fault'] : []), ...contract.breachesOf(answer)];
        if (breaches.length > 0) found.push({ breaches, answer, request: JSON.stringify(request) });
        const status = `${answer.status}${answer.status >= 500 ? ` ${(answer.body as { code?: string }).code ?? ''}` : ''}`;
        reached.set(status, (reached.get(status) ?? 0) + 1);
        if (answer.status < 300) letIn.add(`${request.method} ${request.path}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, i) => lane(sample.filter((_request, j) => j % LANES === i))));
    console.log(
      `answers: ${[...reached]
        .sort()
        .map(([status, n]) => `${status}: ${n}`)
        .join(', ')}`,
    );
    const untried = [...new Set(sample.map(({ method, path: route }) => `${method} ${route}`))].filter(
      (route) => !letIn.has(route),
    );
    console.log(
      `routes that did what they are for: ${letIn.size}; that always refused: ${untried.length}\n${untried.sort().join('\n')}`,
    );
    expect(found.slice(0, 20)).toEqual([]);
    // Requests that may end a caller are not sent by it (ENDS_THE_CALLER): another one that does is a fault of the session, or belongs there.
    expect(await target.callersLost()).toEqual([]);
    // A fuzzer that nobody lets in tries nothing.
    const succeeded = [...reached].reduce((sum, [status, n]) => sum + (status < '300' ? n : 0), 0);
    expect(succeeded / REQUESTS).toBeGreaterThan(0.2);
  });
});
