import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { IngestAnswer } from '../../src/wire/ingest.ts';
import { type Client, refusal } from '../client.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Batch } from './batches.ts';

const pack = promisify(gzip);
/** Smaller ones travel in one packet as they are. */
const MIN_PACKED_BYTES = 1_024;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export interface Delivery {
  client: Client;
  /** Left out where the way is shorter than the packing. */
  packs?: boolean;
  idempotencyKey: string;
  stream: string | null;
  service: string | null;
  /** How long to go on without an answer. */
  giveUpAfterMs: number;
  onWaiting(reason: string, waitMs: number): void;
}

export interface Delivered {
  answer: IngestAnswer;
  /** It was sent before, and this is what it was answered then. */
  replayed: boolean;
}

/**
 * Sends a batch until it is answered. 429 and 503 wait as long as the server asks, a lost answer and a server that is away from half a second on,
 * doubling. One key for all tries, so a batch whose answer was lost is stored once. Throws a CliError where it is refused for good.
 */
export async function deliver(batch: Pick<Batch, 'body'>, options: Delivery): Promise<Delivered> {
  const { client } = options;
  const packed =
    options.packs !== false && batch.body.length >= MIN_PACKED_BYTES ? await pack(batch.body, { level: 1 }) : null;
  const request = {
    query: { stream: options.stream, service: options.service },
    bytes: packed ?? batch.body,
    headers: {
      'content-type': 'application/x-ndjson',
      'idempotency-key': options.idempotencyKey,
      ...(packed === null ? {} : { 'content-encoding': 'gzip' }),
    },
    timeoutMs: 60_000,
  };
  const startedMs = performance.now();
  for (let attempt = 0; ; attempt++) {
    const answer = await client.try('POST', '/api/ingest', request).catch((error: unknown) => lostOr(error));
    if (!(answer instanceof CliError)) {
      const done = await read(answer, client.url);
      if (done !== null) return done;
    }
    const waitMs = waitFor(answer, attempt);
    const reason = answer instanceof CliError ? answer.message : `The server answers ${answer.status}.`;
    if (performance.now() - startedMs + waitMs > options.giveUpAfterMs) throw giveUp(answer, reason);
    options.onWaiting(reason, waitMs);
    await client.wait(waitMs);
  }
}

/** What is worth another try; anything else is thrown. */
function lostOr(error: unknown): CliError {
  if (error instanceof CliError && error.exitCode === EXIT.unreachable) return error;
  throw error;
}

/** Null where it passes. */
async function read(answer: Response, url: string): Promise<Delivered | null> {
  if (answer.status === 429 || answer.status >= 500) {
    await answer.body?.cancel();
    return null;
  }
  const replayed = answer.headers.get('idempotent-replayed') === 'true';
  if (answer.ok) {
    const counts = await answer.json().catch(() => null); // cut off: the same as lost
    return counts === null ? null : { answer: counts as IngestAnswer, replayed };
  }
  const told = (await answer
    .clone()
    .json()
    .catch(() => null)) as (IngestAnswer & { code?: string }) | null;
  // Nothing in it could be stored: an answer about the records, and no reason to stop.
  if (told?.code === 'all_rejected') return { answer: told, replayed };
  throw await refusal(url, answer);
}

function waitFor(answer: Response | CliError, attempt: number): number {
  const asked = answer instanceof CliError ? 0 : Number(answer.headers.get('retry-after')) * 1_000;
  return asked > 0 ? asked : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
}

function giveUp(answer: Response | CliError, reason: string): CliError {
  const hint = 'Run the same command again: it goes on where it stopped, and nothing is stored twice.';
  const exitCode = answer instanceof CliError ? answer.exitCode : EXIT.failed;
  return new CliError(exitCode, `${reason.replace(/\.$/, '')}, for too long.`, { hint });
}
