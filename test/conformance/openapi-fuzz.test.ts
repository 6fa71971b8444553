/** Requests made of the document of the API, right ones and broken ones: no 500, and every answer is one that the document has. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { buildOpenapi } from '../../scripts/start/openapi.ts';
import { type ApiDocument, Contract } from '../helpers/api-contract.ts';
import { type AgedWorker, startAgedWorker } from '../helpers/node/aged-worker.ts';
import { type ApiFixture, makeByApi } from '../helpers/node/api-fixture.ts';
import { freePort } from '../helpers/node/temporary.ts';
import { type FuzzRequest, sampleRequests } from './fuzz-request.ts';
import { FuzzTarget } from './fuzz-target.ts';
import { listedRequests } from './listed-requests.ts';

/** 10,000 take minutes on a busy machine: they are for continuous integration. `FUZZ_REQUESTS=10000 FUZZ_SEED=7 npm test -- openapi-fuzz` tries as many, those of that seed. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? (process.env.CI ? 10_000 : 2_000));
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_128);
/** At once, as browsers and shippers come. */
const LANES = 8;

/** Files of the build: this server has the API alone. */
const FILES = ['GET /', 'GET /api/js/{file}', 'GET /api/docs', 'GET /api/openapi.json'];

/** What no request alone reaches: an authenticator's answer, a token of the machine, what only tampering leaves, a socket, and health of receivers that are none. */
const OUT_OF_REACH = new Set([
  ...['POST /api/auth/factors/recovery-codes', 'POST /api/auth/factors/totp/confirm', 'POST /api/auth/setup'],
  ...['POST /api/auth/login/second-factor', 'POST /api/auth/passkeys', 'POST /api/auth/passkeys/login'],
  ...['POST /api/audit/acknowledge', 'POST /api/audit/gap', 'GET /ws/telemetry', 'GET /api/health/webhook'],
]);
/** Of the other routes, those that must have done what they are for at least once. Some are ended by another request before theirs comes. */
const LEAST_REACHED = 0.97;
/** Two starts and some hundred requests take seconds; the rest is for a machine that does twenty things. */
const SETUP_LIMIT_MS = 600_000;
/** What a request can end, there is so many times. */
const FIXTURES = 4;

let aged: AgedWorker;
let fixtures: ApiFixture[];
let document: ApiDocument;

beforeAll(async () => {
  await buildOpenapi();
  document = JSON.parse(readFileSync(path.join(PROJECT_DIR, 'dist/openapi/openapi.json'), 'utf8'));
  aged = await startAgedWorker();
  const { admin, client, offsetMs } = aged;
  const receiverUrl = `http://127.0.0.1:${await freePort()}/hook`;
  const call: typeof client.call = (method, route, body) => client.call(method, route, body);
  const { projectId } = client;
  fixtures = await makeByApi({ admin, projectId, call, receiverUrl, nowMs: Date.now() + offsetMs }, FIXTURES);
}, SETUP_LIMIT_MS);

afterAll(() => aged?.worker.stop());

describe('whatever is sent', () => {
  it(`is answered as the document says, and never by a fault (${REQUESTS} requests)`, {
    timeout: 1_200_000,
  }, async () => {
    const target = await FuzzTarget.open(aged, fixtures);
    const contract = new Contract(document);
    const sample = sampleRequests(document, {
      isLeftOut: (method, route) => FILES.includes(`${method} ${route}`),
      ...{ listed: listedRequests(fixtures), count: REQUESTS, seed: SEED },
    });
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
    const routes = [...new Set(sample.map(({ method, path: route }) => `${method} ${route}`))];
    const refused = routes.filter((route) => !letIn.has(route) && !OUT_OF_REACH.has(route)).sort();
    const reachable = routes.filter((route) => !OUT_OF_REACH.has(route)).length;
    console.log(
      `routes that did what they are for: ${letIn.size} of ${routes.length}; that could, and always refused: ${refused}`,
    );
    expect(found.slice(0, 20)).toEqual([]);
    // Requests that may end a caller are not sent by it (ENDS_THE_CALLER): another one that does is a fault of the session, or belongs there.
    expect(await target.callersLost()).toEqual([]);
    // A fuzzer that nobody lets in tries nothing.
    expect(1 - refused.length / reachable, refused.join('\n')).toBeGreaterThan(LEAST_REACHED);
    const succeeded = [...reached].reduce((sum, [status, n]) => sum + (status < '300' ? n : 0), 0);
    expect(succeeded / REQUESTS).toBeGreaterThan(0.2);
  });
});
