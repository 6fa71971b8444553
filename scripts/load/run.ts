import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadFlags } from './flags.ts';
import { Followers } from './follow.ts';
import type { Percentiles } from './latencies.ts';
import { type Account, between, imbalances, readAccount } from './ledger.ts';
import { judgeMemory, type MemoryVerdict, MemoryWatch } from './memory.ts';
import { Searcher } from './search.ts';
import { Sender, type Sent } from './send.ts';
import type { LoadTarget } from './target.ts';

/** How long sockets are given to see what was stored last. */
const CATCH_UP_MS = 30_000;

export interface LoadResult {
  target: string;
  seconds: number;
  /** Records a second that were asked for; null is as fast as they are answered. */
  rate: number | null;
  /** Records a second that were answered as stored. */
  perSecond: number;
  sent: Sent;
  /** What the ledger counted of the key in the same time. */
  counted: Account;
  /** Not yet in a block at the end. */
  backlogRecords: number;
  ingest: Percentiles;
  queries: (Percentiles & { failures: Record<string, number> }) | null;
  live: (Percentiles & { sockets: number; seen: number; dropped: number; missing: number; reconnects: number }) | null;
  memory: MemoryVerdict | null;
  /** What does not add up, in sentences. */
  problems: string[];
}

export type RunOptions = Pick<
  LoadFlags,
  'durationMs' | 'warmUpMs' | 'rate' | 'clients' | 'batchRecords' | 'queriesPerSecond' | 'sockets'
>;

/** One load from beginning to end. `onSecond` hears of it while it runs. `signal` ends the sending, and what was sent is held against the ledger as ever. */
export async function runLoad(
  target: LoadTarget,
  options: RunOptions,
  signal: AbortSignal,
  onSecond: (sender: Sender, seconds: number) => void = () => undefined,
): Promise<LoadResult> {
  const { client } = target;
  const run = randomBytes(6).toString('hex');
  const before = await readAccount(client);
  const followers = new Followers({ client, run, sockets: options.sockets });
  if (options.sockets > 0) await followers.start();
  const memory = target.group === null ? null : new MemoryWatch(target.group);
  const startedMs = performance.now();
  const untilMs = startedMs + options.warmUpMs + options.durationMs;
  const common = { client, run, untilMs, signal };
  const { clients, batchRecords, rate } = options;
  const sender = new Sender({ ...common, clients, batchRecords, rate });
  const searcher = new Searcher({ ...common, perSecond: options.queriesPerSecond });
  memory?.start();
  const ticks = setInterval(() => onSecond(sender, (performance.now() - startedMs) / 1_000), 1_000);
  try {
    await Promise.all([sender.run(), searcher.run()]);
  } finally {
    clearInterval(ticks);
    memory?.stop();
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const { sent } = sender;
  const live = options.sockets > 0 ? await settle(followers, sent, options.sockets) : null;
  const after = await readAccount(client);
  const counted = between(before.account, after.account);
  const problems = [
    ...imbalances(sent, counted, batchRecords),
    ...(live !== null && live.missing > 0 ? [`Sockets miss ${live.missing} records of which nobody told them.`] : []),
    ...told('of the sending were refused', sent.refusals),
    ...told('searches failed', searcher.failures),
    ...(sent.unanswered > 0 ? [`${sent.unanswered} batches were not answered.`] : []),
  ];
  return {
    ...{ target: target.name, seconds, rate, perSecond: sent.stored / seconds, sent, counted },
    backlogRecords: after.backlogRecords,
    ingest: sender.latencies.read(),
    queries: options.queriesPerSecond > 0 ? { ...searcher.latencies.read(), failures: searcher.failures } : null,
    ...{ live, memory: memory === null ? null : judgeMemory(memory.samples, options.warmUpMs), problems },
  };
}

async function settle(followers: Followers, sent: Sent, sockets: number): Promise<NonNullable<LoadResult['live']>> {
  const deadlineMs = performance.now() + CATCH_UP_MS;
  const seen = () => followers.seen.reduce((sum, records) => sum + records, 0);
  while (seen() + followers.dropped < sent.stored * sockets && performance.now() < deadlineMs) await sleep(50);
  await followers.stop();
  const { dropped, reconnects } = followers;
  const missing = Math.max(0, sent.stored * sockets - seen() - dropped);
  return { ...followers.latencies.read(), sockets, seen: seen(), dropped, missing, reconnects };
}

function told(what: string, counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([reason, count]) => `${count} ${what}: ${reason}`);
}
