/**
 * What a gigabyte costs: the product in workerd with what Cloudflare bills counted, from ingest over sealing to the archive, times the list prices. And what
 * cron costs in a month in which nothing comes.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { amounts, bill, keepingOf, NOTHING_KEPT, total } from '../scripts/cost/bill.ts';
import { MEASURED } from '../scripts/cost/measured.ts';
import { type Operations, scaled, sum } from '../scripts/cost/operations.ts';
import { PRICES } from '../scripts/cost/prices.ts';
import { groupMembers } from '../scripts/lib/process-group.ts';
import { run as runProgram } from '../scripts/lib/run.ts';
import { cronExpressions } from '../scripts/start/cron.ts';
import { nextRunMs } from '../src/jobs/schedule.ts';
import type { ArchiveRun } from '../src/wire/archive.ts';
import { databaseFile, objectFiles, openDisk } from '../test/faults/disk.ts';
import { ArchiveClient, DAY_MS } from '../test/helpers/node/archive-client.ts';
import { temporaryFolder, until } from '../test/helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../test/helpers/node/workerd.ts';
import type { Counts } from './lib/metered.ts';
import { realLines } from './lib/real-logs.ts';
import { makeBodies } from './lib/records.ts';
import { type Row, thousands } from './lib/row.ts';

/** Of each kind of records. */
const MB = Number(process.env.BENCH_COST_MB ?? 200);
const RECORDS_PER_REQUEST = Number(process.env.BENCH_COST_RECORDS ?? 500);
/** Few, so that what an object waits for a core is not taken for its work. */
const CLIENTS = 2;
/** Of each cron line, in a month of 30 days. */
const MONTH_MS = 30 * DAY_MS;
/** Linux counts processor time in these. */
const TICK_MS = 10;
const NOTHING_STORED = { d1HotBytes: 0, d1IndexBytes: 0, r2StoredBytes: 0 };

export async function run(): Promise<Row[]> {
  const script = await bundle();
  const real = realLogBodies();
  const made = makeBodies(bodiesOf(262), RECORDS_PER_REQUEST, Date.now() - DAY_MS);
  const payments = await measure(script, made);
  const logs = await measure(script, real.bodies);
  return [...rowsOf('records of the payments product', payments), ...rowsOf(real.name, logs), cronRow(logs.cron)];
}

interface Measured {
  perGb: Operations;
  cron: Operations;
  of: string;
}

async function measure(script: string, bodies: readonly Buffer[]): Promise<Measured> {
  let worker = await startWorkerd({ script });
  try {
    const client = (await ArchiveClient.create(await worker.signIn(), { ingestPerMinute: 300_000 })).at(worker);
    const before = await readOperations(worker);
    const databaseBefore = await databaseBytes(worker);
    await send(client, bodies);
    await until('all is sealed that fills a block', async () => (await backlog(client)) < 5_000, 300_000);
    const stored = (await databaseBytes(worker)) - databaseBefore;
    const ingest = difference(await readOperations(worker), before);
    await worker.stop();
    const hot = payloadBytes(worker.stateDir);
    ingest.objectRowsWritten += answersToForget(worker.stateDir);

    // Past the hot period, and past the hour that blocks rest.
    worker = await startWorkerd({ script, stateDir: worker.stateDir, vars: { CLOCK_OFFSET_MS: String(32 * DAY_MS) } });
    client.at(worker);
    await client.archives();
    const beforeArchive = await readOperations(worker);
    let packed = 0;
    for (let done = false; !done; ) {
      const answer = await client.call<ArchiveRun>('POST', '/api/archives/run', {});
      packed += answer.packedBytes;
      done = answer.done;
    }
    const archive = difference(await readOperations(worker), beforeArchive);
    await cronMonth(worker); // what is there to do is done; what it does with nothing to do is what it does most of the time
    const cron = await cronMonth(worker);
    const bytes = bodies.reduce((total, body) => total + body.byteLength, 0);
    const kept = { d1HotBytes: hot, d1IndexBytes: stored - hot, r2StoredBytes: packed };
    const perGb = scaled({ ...sum(ingest, archive), ...kept }, 1e9 / bytes);
    const of = `${thousands(bytes / 1e6)} MB as sent, ${RECORDS_PER_REQUEST} records of ${Math.round(bytes / bodies.length / RECORDS_PER_REQUEST)} bytes a request`;
    return { perGb, cron, of };
  } finally {
    await worker.stop();
  }
}

function bodiesOf(bytesARecord: number): number {
  return Math.ceil((MB * 1e6) / bytesARecord / RECORDS_PER_REQUEST);
}

function realLogBodies(): { name: string; bodies: Buffer[] } {
  const { name, records } = realLines();
  const fromMs = Date.now() - DAY_MS;
  let at = 0;
  const line = () => `${JSON.stringify({ ts: fromMs + ++at * 3, ...records[at % records.length] })}\n`;
  const body = () => Buffer.from(Array.from({ length: RECORDS_PER_REQUEST }, line).join(''));
  const first = body();
  const more = bodiesOf(first.byteLength / RECORDS_PER_REQUEST) - 1;
  return { name, bodies: [first, ...Array.from({ length: more }, body)] };
}

function rowsOf(name: string, { perGb, of }: Measured): Row[] {
  console.error(`${name}, of a GB: ${JSON.stringify(round(perGb))}`);
  const cost = (hotDays: number) => bill(amounts(perGb, keepingOf(hotDays, 0)), false);
  const thirty = cost(30);
  const parts = thirty
    .filter(({ amount }) => amount > 0)
    .map(({ metric, amount, dollars }) => [
      PRICES[metric].what,
      `${amount < 10 ? amount.toPrecision(2) : thousands(amount)} ${PRICES[metric].unit}, $${dollars.toFixed(4)}`,
    ]);
  const { databaseFullBytes: d1LimitBytes } = MEASURED;
  const inAMonth = (gb: number) =>
    `$${(total(bill(amounts(scaled(perGb, gb), { ...keepingOf(30, 0), d1LimitBytes }), true)) / gb).toFixed(4)}`;
  return [
    {
      what: `a GB of ${name}, 30 days hot, one more beyond all that the plan includes (${of})`,
      reach: '≤ $0.05',
      ours: `$${total(thirty).toFixed(4)}`,
      peers: Object.fromEntries(parts),
    },
    {
      what: 'the same, of 25 GB a month, with what the plan includes taken off (not its $5)',
      reach: '≤ $0.05',
      ours: inAMonth(25),
      peers: {
        'of 10 GB a month': inAMonth(10),
        'of 50 GB a month, as long hot as the database has room': inAMonth(50),
      },
    },
    {
      what: 'the same, 7 days hot, beyond what is included',
      reach: '≤ $0.05',
      ours: `$${total(cost(7)).toFixed(4)}`,
      peers: { '1 day hot': `$${total(cost(1)).toFixed(4)}` },
    },
  ];
}

function cronRow(cron: Operations): Row {
  console.error(`of cron in a month: ${JSON.stringify(round(cron))}`);
  return {
    what: 'what cron does in a month in which nothing comes, nothing taken off',
    reach: 'measured',
    ours: `$${total(bill(amounts(cron, NOTHING_KEPT), false)).toFixed(2)}`,
    peers: {},
  };
}

async function send(client: ArchiveClient, bodies: readonly Buffer[]): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await client.ingest(body);
  };
  await Promise.all(Array.from({ length: CLIENTS }, sender));
}

async function backlog(client: ArchiveClient): Promise<number> {
  const path = `/api/projects/${client.projectId}/ledger`;
  return (await client.call<{ journal: { backlogRecords: number } }>('GET', path)).journal.backlogRecords;
}

async function databaseBytes(worker: StartedWorkerd): Promise<number> {
  const admin = await worker.signIn();
  return ((await admin.get('/api/storage')) as { databaseBytes: number }).databaseBytes;
}

/** Runs each line once, and multiplies by how often it is due. */
async function cronMonth(worker: StartedWorkerd): Promise<Operations> {
  let month: Operations | null = null;
  for (const cron of cronExpressions()) {
    const before = await readOperations(worker);
    const query = new URLSearchParams({ cron, format: 'json' });
    const answer = await fetch(`${worker.url}/cdn-cgi/local/scheduled?${query}`);
    if (!(await answer.text()).includes('"ok"')) throw new Error(`cron "${cron}" failed:\n${worker.output()}`);
    const [first, second] = [nextRunMs(cron, 0), nextRunMs(cron, nextRunMs(cron, 0))];
    const times = MONTH_MS / (second - first);
    const once = scaled(difference(await readOperations(worker), before), times);
    month = month === null ? once : sum(month, once);
  }
  if (month === null) throw new Error('wrangler.toml has no cron');
  return month;
}

/** Processor time is that of the whole process, objects and the emulated stores included: more than the Worker's own, never less. */
async function readOperations(worker: StartedWorkerd): Promise<Operations> {
  const counts = (await (await fetch(`${worker.url}/__counts`)).json()) as Counts;
  return { ...counts, workerCpuMs: cpuMs(worker.pid), ...NOTHING_STORED };
}

/** What of the database is in payloads, which go to R2; the rest stays. */
function payloadBytes(stateDir: string): number {
  return numberOf(databaseFile(stateDir), 'SELECT sum(length(data)) AS n FROM block_payloads');
}

/** Answers of the batches, each a row to be deleted ten minutes or a day later, which nobody waits for here. */
function answersToForget(stateDir: string): number {
  return objectFiles(stateDir, 'Journal').reduce(
    (sum, file) => sum + numberOf(file, 'SELECT count(*) AS n FROM dedupe'),
    0,
  );
}

function numberOf(file: string, sql: string): number {
  const database = openDisk(file);
  try {
    return Number(database.prepare(sql).get()?.n);
  } finally {
    database.close();
  }
}

function cpuMs(group: number): number {
  return groupMembers(group)
    .map((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    .filter((stat) => stat.includes('(workerd)'))
    .reduce((ms, stat) => {
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return ms + (Number(fields[11]) + Number(fields[12])) * TICK_MS; // proc(5): utime and stime
    }, 0);
}

function difference(after: Operations, before: Operations): Operations {
  return sum(after, scaled(before, -1));
}

function round(operations: Operations): Record<string, number> {
  return Object.fromEntries(Object.entries(operations).map(([name, value]) => [name, Math.round(value)]));
}

async function bundle(): Promise<string> {
  const outDir = temporaryFolder('cost-worker');
  const entry = path.join(import.meta.dirname, 'lib/cost-worker.ts');
  const result = await runProgram('wrangler', ['deploy', entry, '--dry-run', '--outdir', outDir]);
  if (result.code !== 0) throw new Error(`the counting Worker does not bundle:\n${result.output}`);
  return path.join(outDir, 'cost-worker.js');
}
