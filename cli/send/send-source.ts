import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '../client.ts';
import { safeText } from '../terminal/safe-text.ts';
import { BATCH_LIMITS, type Batch, batchesOf } from './batches.ts';
import { deliver } from './deliver.ts';
import { type Format, formatOf, peek, piecesOf } from './format.ts';
import { type Waits, withEndOfLine } from './last-line.ts';
import { Place } from './place.ts';
import type { Progress } from './progress.ts';
import { readSource, type Source } from './sources.ts';
import { count, noTotals, type Totals } from './totals.ts';

/** A line that a program prints is there within a second. */
const LINGER_MS = 500;

export interface Sending {
  client: Client;
  format: Format;
  stream: string | null;
  service: string | null;
  batchRecords: number;
  /** Requests at the same time. With more than one, records without a time of their own may change places. */
  concurrency: number;
  giveUpAfterMs: number;
  /** Forgets what was sent before. */
  again: boolean;
  stateDir: string;
  progress: Progress;
}

/** Sends a source to its end. Throws a CliError where it stops before; what was answered for until then is noted. */
export async function sendSource(source: Source, options: Sending): Promise<Totals> {
  const { client, progress } = options;
  const totals = noTotals();
  const as = [client.url, client.claims.id, options.format, options.stream, options.service].join('\0');
  const place = source.file === null ? null : await Place.of(source, options.stateDir, as, options.again);
  // The same line piped twice is meant twice; the same file sent twice is a repeat, unless it is said otherwise.
  const run = place === null || options.again ? randomUUID() : '';
  const start = place?.offset ?? 0;
  if (start > 0) progress.done(start, 0);
  const trickles = source.file === null;
  const { beginning, all } = await peek(readSource(source, start), trickles);
  // A file that is gone on with is what its beginning says, not what its middle looks like.
  const first = start === 0 ? beginning : (await peek(readSource(source, 0), false)).beginning;
  const format = options.format === 'auto' ? formatOf(first) : options.format;
  // Of an array or an object its own end says when it is whole, and what is packed is not written any more.
  const { file } = source;
  const bytes =
    file === null || source.isGzip || format === 'json' ? all : withEndOfLine(all, { ...source, file }, start, waits());
  const limits = { ...BATCH_LIMITS, records: options.batchRecords };
  const cutting = { ends: place?.ends ?? [], lingerMs: trickles ? LINGER_MS : null };
  const batches = batchesOf(piecesOf(bytes, format, start), start, limits, cutting);

  await eachOf(batches, options.concurrency, async (batch) => {
    place?.leaving(batch);
    const sent = batch.body.length === 0 ? null : await deliver(batch, delivery(batch));
    place?.answered(batch);
    count(totals, batch, sent?.answer ?? null, sent?.replayed ?? false);
    progress.done(batch.end - batch.start, batch.records);
  });
  return totals;

  function waits(): Waits {
    return {
      nowMs: () => Date.now(),
      wait: (ms) => client.wait(ms),
      onWaiting: () => progress.looking(`The last line of ${safeText(source.name)} has no end yet: it may be coming.`),
    };
  }

  function delivery(batch: Batch) {
    const content = createHash('sha256').update(batch.body).digest('hex');
    const identity = createHash('sha256')
      .update([as, source.file ?? '', run, batch.start, content].join('\0'))
      .digest('hex');
    return {
      ...{ client, stream: options.stream, service: options.service, giveUpAfterMs: options.giveUpAfterMs },
      idempotencyKey: `cli-${identity.slice(0, 40)}`,
      onWaiting: (reason: string, waitMs: number) => progress.waiting(reason, waitMs),
    };
  }
}

/** At most so many at once; the first that fails ends all, when those under way have ended. */
async function eachOf<T>(
  items: AsyncIterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  let failed = false;
  // One reader at a time: generators answer one call after the other, so the lanes take turns.
  const lane = async () => {
    while (!failed) {
      const next = await iterator.next();
      if (next.done) return;
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: concurrency }, lane));
  const broken = lanes.find((one) => one.status === 'rejected');
  if (broken) throw broken.reason;
}
