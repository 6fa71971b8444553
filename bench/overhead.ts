/**
 * What metrics and the log of requests cost an ingest request: the same load at two servers of one build, one with MEASURE off and with LOG_LEVEL above the line of a
 * request, in short turns of a second, one right after the other. Each round is a ratio of its two turns, so what else the machine does must begin or end within a
 * round to be in it; which goes first changes. The processor's time of a request is compared, which other work changes less than the clock's.
 *
 * Twice: as it is, with workerd printing each line to its output; and with a console that does nothing, which is what our own code costs. A deployment has no such
 * output: there the platform takes the text of a line as it is.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { groupMembers } from '../scripts/lib/process-group.ts';
import { bundleWorker } from '../test/helpers/node/workerd.ts';
import { runHttpLoad } from './lib/http-load.ts';
import { median, quantile, type Row } from './lib/row.ts';
import { startTarget, type Target } from './lib/target.ts';

const CLIENTS = 4;
const ROUNDS = Number(process.env.BENCH_RUNS ?? 3) * 20;
const TURN_MS = Number(process.env.BENCH_OVERHEAD_MS ?? 1_000);
/** A request that is answered has a line at `info`. */
const OFF = { MEASURE: 'off', LOG_LEVEL: 'warn' };

interface Turn {
  cpuMs: number;
  p50Ms: number;
}

interface Round {
  on: Turn;
  off: Turn;
}

/**
 * Of all threads of workerd, without the program that started it, which does nothing but hand its output on: time on a processor so far. By the scheduler's count, which is in nanoseconds (Linux, Documentation/scheduler/sched-stats); /proc/<pid>/stat
 * counts hundredths of a second, which are a per cent of a turn.
 */
function cpuMs({ worker }: Target): number {
  const isWorkerd = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd';
  const threads = groupMembers(worker.pid)
    .filter(isWorkerd)
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`));
  if (threads.length === 0) throw new Error('no process of this server is called workerd');
  return threads.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]), 0) / 1_000_000;
}

async function turn(target: Target, recordsPerBody: number): Promise<Turn> {
  const before = cpuMs(target);
  const { requests, failures, latenciesMs } = await runHttpLoad({
    url: `${target.worker.url}/api/ingest`,
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${target.key}` },
    bodies: 'ndjson',
    ...{ clients: CLIENTS, recordsPerBody, durationMs: TURN_MS, expectStatus: 202 },
  });
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed`);
  return { cpuMs: (cpuMs(target) - before) / requests, p50Ms: quantile(latenciesMs, 0.5) };
}

async function roundsOf(on: Target, off: Target, recordsPerBody: number): Promise<Round[]> {
  // To warm up.
  for (const target of [on, off, on, off]) await turn(target, recordsPerBody);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // What the one leaves behind must not always be the other's.
    const onFirst = round % 2 === 0;
    const first = await turn(onFirst ? on : off, recordsPerBody);
    const second = await turn(onFirst ? off : on, recordsPerBody);
    rounds.push(onFirst ? { on: first, off: second } : { on: second, off: first });
  }
  return rounds;
}

/** The median of the rounds' ratios, the half of them that lies in its middle, and how far the median itself is to be trusted. */
function shareOf(rounds: readonly Round[]): string {
  const shares = rounds.map(({ on, off }) => on.cpuMs / off.cpuMs - 1);
  const show = (share: number) => `${(share * 100).toFixed(1)} %`;
  // Ranks of a 95 % interval of a median, by the normal approximation of the binomial: n/2 ± 0.98 √n.
  const reach = 0.98 / Math.sqrt(shares.length);
  const [low, high] = [quantile(shares, 0.5 - reach), quantile(shares, 0.5 + reach)];
  const half = `half of the rounds ${show(quantile(shares, 0.25))} to ${show(quantile(shares, 0.75))}`;
  return `${show(median(shares))} (95 % of medians ${show(low)} to ${show(high)}; ${half})`;
}

/** The Worker as it is, but for a console that takes the line of a request and does nothing. */
async function silentScript(): Promise<string> {
  const { script } = await bundleWorker();
  const silent = path.join(path.dirname(script), 'silent-console.js');
  writeFileSync(silent, `console.log = () => undefined;\n${readFileSync(script, 'utf8')}`);
  return silent;
}

async function compare(recordsPerBody: number, console: 'printed' | 'silent'): Promise<Row> {
  const options = console === 'silent' ? { script: await silentScript() } : {};
  const [on, off] = [await startTarget({}, options), await startTarget(OFF, options)];
  try {
    const rounds = await roundsOf(on, off, recordsPerBody);
    const show = (which: keyof Round) => {
      const of = (figure: keyof Turn) => median(rounds.map((round) => round[which][figure]));
      return `${of('cpuMs').toFixed(3)} ms of CPU, p50 ${of('p50Ms').toFixed(2)} ms`;
    };
    return {
      what: `metrics and log${console === 'silent' ? ', without the console of the local workerd,' : ''} of an ingest request of ${recordsPerBody} records, ${ROUNDS} rounds of two turns of ${TURN_MS / 1_000} s`,
      reach: '<= 3 % more CPU',
      ours: `${shareOf(rounds)}: ${show('on')}`,
      peers: { 'the same with MEASURE off and LOG_LEVEL warn': show('off') },
    };
  } finally {
    await on.worker.stop();
    await off.worker.stop();
  }
}

export async function run(): Promise<Row[]> {
  return [
    await compare(100, 'silent'),
    await compare(100, 'printed'),
    await compare(1, 'silent'),
    await compare(1, 'printed'),
  ];
}
