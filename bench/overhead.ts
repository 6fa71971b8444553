/**
 * What measuring costs an ingest request: the same load at two servers of one build, one with MEASURE off, in turns of some seconds within one run. The processor's time
 * of a request is compared, which other work on the machine changes less than the clock's; how fast each answers stands beside it.
 */
import { readFileSync } from 'node:fs';
import { groupMembers } from '../scripts/lib/process-group.ts';
import { runHttpLoad } from './lib/http-load.ts';
import { median, quantile, type Row } from './lib/row.ts';
import { startTarget, type Target } from './lib/target.ts';

const CLIENTS = 4;
const ROUNDS = Number(process.env.BENCH_RUNS ?? 3) * 4;
const TURN_MS = Number(process.env.BENCH_OVERHEAD_MS ?? 3_000);
/** Of /proc/<pid>/stat on every Linux that Node runs on (man 5 proc: USER_HZ). */
const TICKS_PER_SECOND = 100;

interface Turn {
  cpuMs: number;
  p50Ms: number;
}

/** Of all processes of the server: user and system time so far. */
function cpuSeconds({ worker }: Target): number {
  const ticks = groupMembers(worker.pid).map((pid) => {
    // The name in brackets may have blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

async function turn(target: Target, recordsPerBody: number): Promise<Turn> {
  const before = cpuSeconds(target);
  const { requests, failures, latenciesMs } = await runHttpLoad({
    url: `${target.worker.url}/api/ingest`,
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${target.key}` },
    bodies: 'ndjson',
    ...{ clients: CLIENTS, recordsPerBody, durationMs: TURN_MS, expectStatus: 202 },
  });
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed`);
  return { cpuMs: ((cpuSeconds(target) - before) * 1_000) / requests, p50Ms: quantile(latenciesMs, 0.5) };
}

async function compare(recordsPerBody: number): Promise<Row> {
  const [on, off] = [await startTarget(), await startTarget({ MEASURE: 'off' })];
  try {
    // To warm up.
    for (const target of [on, off]) await turn(target, recordsPerBody);
    const turns: { on: Turn[]; off: Turn[] } = { on: [], off: [] };
    for (let round = 0; round < ROUNDS; round++) {
      // Which goes first changes: what the one leaves behind must not always be the other's.
      const order = round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const);
      for (const which of order) turns[which].push(await turn(which === 'on' ? on : off, recordsPerBody));
    }
    const of = (which: Turn[], figure: keyof Turn) => median(which.map((one) => one[figure]));
    const share = of(turns.on, 'cpuMs') / of(turns.off, 'cpuMs') - 1;
    const show = (which: Turn[]) =>
      `${of(which, 'cpuMs').toFixed(3)} ms of CPU, p50 ${of(which, 'p50Ms').toFixed(2)} ms`;
    return {
      what: `measuring an ingest request of ${recordsPerBody} records, ${ROUNDS} turns of ${TURN_MS / 1_000} s each`,
      reach: '<= 3 % more CPU',
      ours: `${(share * 100).toFixed(1)} %: ${show(turns.on)}`,
      peers: { 'the same with MEASURE off': show(turns.off) },
    };
  } finally {
    await on.worker.stop();
    await off.worker.stop();
  }
}

export async function run(): Promise<Row[]> {
  return [await compare(100), await compare(1)];
}
