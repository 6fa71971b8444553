import { waitUntil } from 'cloudflare:workers';
import type { Ctx } from '../env.ts';
import { journalFor } from '../journal/index.ts';
import { Gatherer } from '../shared/gather.ts';
import { log } from '../shared/log.ts';
import { type IngestError, ingestProblem } from './errors.ts';

/** A flood of refusals writes one row a second for each key and code, not one a request. */
const TELL_INTERVAL_MS = 1_000;

/** As much of the context as counting needs. */
type CountContext = Pick<Ctx, 'env' | 'nowMs' | 'requestId'>;

interface Refusals {
  ctx: CountContext;
  to: { projectId: string; keyId: string };
  code: string;
  requests: number;
}

const gathered = new Gatherer<Refusals>(
  {
    async tell(_key, { ctx, to, code, requests }) {
      try {
        const journal = journalFor(ctx.env, to.projectId, 0);
        await journal.countRefused({ keyId: to.keyId, nowMs: ctx.nowMs, code, requests });
      } catch (cause) {
        log('error', 'refusal_uncounted', { requestId: ctx.requestId, code, requests, cause: String(cause) });
      }
    },
    merge: (a, b) => ({ ...b, requests: a.requests + b.requests }),
    wait: (ms) => scheduler.wait(ms),
    waitUntil,
  },
  TELL_INTERVAL_MS,
);

/** A request refused before it had records still shows in the ledger of the key that sent it. */
export async function countRefused(
  ctx: CountContext,
  to: { projectId: string; keyId: string },
  error: IngestError,
): Promise<void> {
  await countRefusedCode(ctx, to, ingestProblem(error).code);
}

/** The first of a key and code is counted before its answer, those that follow within a second together after it. */
export async function countRefusedCode(
  ctx: CountContext,
  to: { projectId: string; keyId: string },
  code: string,
): Promise<void> {
  await gathered.add(`${to.projectId}/${to.keyId}/${code}`, { ctx, to, code, requests: 1 }, ctx.nowMs);
}

/** So that who reads the counts sees what this isolate refused before. */
export async function flushRefusals(): Promise<void> {
  await gathered.flush();
}
