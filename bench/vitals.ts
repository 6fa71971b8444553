/**
 * p75 of a vital by page over 30 days, at the API: rollups of 1, 10 and 100 million events, made by the product's own code and put into its database.
 * Beside it PostgreSQL with the same ten million events in a table with the index that the question wants; both are asked 20 to 200 times, and
 * what they say of each page is held against the exact percentile.
 */

import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { isHealthy } from '../scripts/start/server.ts';
import { buildMinutes, mergeRollup, type Rollup, widen } from '../src/rollups/build.ts';
import { type Row as RollupRow, rollupOf, rollupRow } from '../src/rollups/row.ts';
import type { VitalsPages } from '../src/wire/vitals.ts';
import { databaseFile } from '../test/faults/disk.ts';
import { until } from '../test/helpers/node/temporary.ts';
import { type Postgres, startPostgres } from './lib/postgres.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { startTarget, type Target } from './lib/target.ts';
import { DAYS, eventsOfHour, HOUR_MS, pointOf } from './lib/vital-events.ts';

const MILLIONS = [1, 10, 100];
/** Those that PostgreSQL has too. */
const SHARED_MILLIONS = Number(process.env.BENCH_VITALS_MILLIONS ?? 10);
const ASKED = 200;
const ASKED_POSTGRES = 20;
const DAY_MS = 24 * HOUR_MS;
const TO_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + 9 * HOUR_MS;
const FROM_MS = TO_MS - DAYS * DAY_MS;

/** Rows of hours and days, as sealing and folding leave them; what is beyond ten million events is more of the same hours. */
async function makeRows(millions: number, csv: ReturnType<Postgres['copy']> | null): Promise<RollupRow[]> {
  const perMonth = Math.min(millions, 10) * 1_000_000;
  const rows: RollupRow[] = [];
  const hours: Rollup[] = [];
  for (let hour = 0; hour < DAYS * 24; hour++) {
    const ts = FROM_MS + hour * HOUR_MS;
    const points = [];
    let lines = '';
    for (const event of eventsOfHour(hour, perMonth, millions)) {
      if (csv) lines += `${new Date(ts).toISOString()},${event.page},${event.device},${event.value}\n`;
      points.push(pointOf(event, ts));
    }
    if (csv && !csv.input.write(lines)) await once(csv.input, 'drain');
    const [rollup] = buildMinutes(points, new Map()).minutes;
    if (rollup) hours.push(rollup);
  }
  if (millions > 10) grow(hours, millions / 10);
  rows.push(
    ...hours.map((rollup) => rollupRow(60, rollup)),
    ...widen(hours, DAY_MS).map((day) => rollupRow(1_440, day)),
  );
  return rows;
}

/** Each hour takes in hours of other days, so that its sketches grow as those of more traffic do. */
function grow(hours: Rollup[], factor: number): void {
  const once = hours.map((rollup) => rollupRow(60, rollup));
  for (const [index, rollup] of hours.entries()) {
    for (let more = 1; more < factor; more++) {
      const other = once[(index + more * 24) % once.length] as RollupRow;
      mergeRollup(rollup, rollupFrom(other, rollup.bucketMs));
    }
  }
}

function rollupFrom([, name, , total, dimensions]: RollupRow, bucketMs: number): Rollup {
  return rollupOf({ name, bucket_ms: bucketMs, total, dimensions });
}

function store(target: Target, rows: readonly RollupRow[]): void {
  const db = new DatabaseSync(databaseFile(target.worker.stateDir), { timeout: 10_000 });
  try {
    db.exec('BEGIN');
    db.prepare("DELETE FROM rollups WHERE project_id = ? AND stream = 'vitals'").run(target.projectId);
    const insert = db.prepare("INSERT INTO rollups VALUES (?, 'vitals', ?, ?, ?, '', ?, ?)");
    for (const row of rows) insert.run(target.projectId, ...row);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

interface Asked {
  p50Ms: number;
  p95Ms: number;
  pages: VitalsPages['items'];
}

let asked = 0;

/** Each time another range of the same rows, so that no answer is a kept one. */
async function ask(target: Target): Promise<Asked> {
  const times: number[] = [];
  let pages: VitalsPages['items'] = [];
  for (let i = 0; i < ASKED + 20; i++) {
    const query = new URLSearchParams({
      from: String(FROM_MS + ++asked),
      to: String(TO_MS),
      name: 'LCP',
      limit: '1000',
    });
    const started = performance.now();
    const answer = await fetch(`${target.worker.url}/api/query/vitals/pages?${query}`, {
      headers: { authorization: `Bearer ${target.key}` },
    });
    const body = (await answer.json()) as VitalsPages;
    if (i >= 20) times.push(performance.now() - started);
    if (answer.status !== 200 || body.source !== 'rollups' || answer.headers.get('x-cache') !== 'miss') {
      throw new Error(`not what is to be measured: ${answer.status} ${body.source} ${answer.headers.get('x-cache')}`);
    }
    pages = body.items;
  }
  return { p50Ms: median(times), p95Ms: quantile(times, 0.95), pages };
}

const asMs = (ms: number) => `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;

export async function run(): Promise<Row[]> {
  const [target, postgres] = [await startTarget(), await startPostgres()];
  postgres?.query(
    'CREATE TABLE vitals (ts timestamptz NOT NULL, page text NOT NULL, device text NOT NULL, value float8 NOT NULL)',
  );
  const results = new Map<number, Asked>();
  for (const millions of MILLIONS) {
    const csv = millions === SHARED_MILLIONS ? (postgres?.copy('vitals') ?? null) : null;
    store(target, await makeRows(millions, csv));
    csv?.input.end();
    await csv?.done;
    // Making rows took so long that the Worker has closed the connection: it is noticed here, and not in a figure.
    await until('the Worker answers', () => isHealthy(target.worker.url));
    results.set(millions, await ask(target));
  }
  await target.worker.stop();
  const figure = (millions: number) => {
    const asked = results.get(millions) as Asked;
    return `p50 ${asMs(asked.p50Ms)}, p95 ${asMs(asked.p95Ms)}`;
  };
  const others = MILLIONS.filter((millions) => millions !== SHARED_MILLIONS);
  const rows: Row[] = [
    {
      what: `p75 by page, 30 days, ${SHARED_MILLIONS},000,000 events, at the API`,
      reach: 'p95 <= 50 ms',
      ours: figure(SHARED_MILLIONS),
      peers: postgres ? askPostgres(postgres) : { PostgreSQL: 'not installed' },
    },
    {
      what: 'the same of more and of fewer events',
      reach: 'flat',
      ours: others.map((millions) => `${millions} million: ${figure(millions)}`).join('; '),
      peers: {},
    },
  ];
  if (postgres) rows.push(accuracy(postgres, results.get(SHARED_MILLIONS) as Asked));
  postgres?.stop();
  return rows;
}

function askPostgres(postgres: Postgres): Record<string, string> {
  postgres.query('CREATE INDEX vitals_by_time ON vitals (ts) INCLUDE (page, value)');
  postgres.query('VACUUM ANALYZE vitals');
  const question = `SELECT page, percentile_cont(0.75) WITHIN GROUP (ORDER BY value) FROM vitals
    WHERE ts >= '${new Date(FROM_MS).toISOString()}' AND ts < '${new Date(TO_MS).toISOString()}' GROUP BY page`;
  const times = Array.from({ length: ASKED_POSTGRES }, () => postgres.explainMs(question));
  const figures = `p50 ${asMs(median(times))}, p95 ${asMs(quantile(times, 0.95))} in the server`;
  return { [`PostgreSQL ${postgres.version}, percentile_cont`]: figures };
}

/** Of pages that were never folded into the rest, which is all that the list has but its last entry. */
function accuracy(postgres: Postgres, { pages }: Asked): Row {
  const exact = new Map<string, { count: number; p75: number }>();
  // The value at the rank that a sketch is asked for.
  const lines = postgres.query(
    'SELECT page, count(*), (array_agg(value ORDER BY value))[floor(0.75 * (count(*) - 1))::int + 1] FROM vitals GROUP BY page',
  );
  for (const line of lines) {
    const [page = '', count, p75] = line.split('|');
    exact.set(page, { count: Number(count), p75: Number(p75) });
  }
  const whole = pages.filter(({ page, count }) => exact.get(page)?.count === count);
  const errors = whole.map(({ page, p75 }) => Math.abs((p75 ?? 0) / (exact.get(page)?.p75 ?? Number.NaN) - 1));
  const total = pages.reduce((sum, { count }) => sum + count, 0);
  const all = [...exact.values()].reduce((sum, { count }) => sum + count, 0);
  return {
    what: `p75 of ${whole.length} pages against the exact value; events counted`,
    reach: '<= 1 %; all',
    ours: `${(100 * Math.max(...errors)).toFixed(2)} % at most; ${thousands(total)} of ${thousands(all)}`,
    peers: {},
  };
}
