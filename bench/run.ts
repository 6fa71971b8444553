/**
 * `npm run bench`: every measurement, one table. `npm run bench -- storage search` runs the named ones.
 * Figures come from one machine in one run; quote the ratios.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Row, table } from './lib/row.ts';
import './lib/workers-module.ts';

const SUITES: Readonly<Record<string, () => Promise<{ run(): Promise<Row[]> }>>> = {
  ingest: () => import('./ingest.ts'),
  beacon: () => import('./beacon.ts'),
  otlp: () => import('./protocols-otlp.ts'),
  loki: () => import('./protocols-loki.ts'),
  elastic: () => import('./protocols-elastic.ts'),
  etl: () => import('./etl.ts'),
  extract: () => import('./extract.ts'),
  cookies: () => import('./cookies.ts'),
  fraud: () => import('./fraud.ts'),
  deliveries: () => import('./deliveries.ts'),
  audit: () => import('./audit.ts'),
  storage: () => import('./storage.ts'),
  archive: () => import('./archive.ts'),
  search: () => import('./search.ts'),
  history: () => import('./history.ts'),
  erasure: () => import('./erasure.ts'),
  rollups: () => import('./rollups.ts'),
  vitals: () => import('./vitals.ts'),
  sessions: () => import('./sessions.ts'),
  breaker: () => import('./breaker.ts'),
  live: () => import('./live.ts'),
  sockets: () => import('./sockets.ts'),
  pages: () => import('./pages.ts'),
  dashboard: () => import('./dashboard.ts'),
  'sdk-size': () => import('./sdk-size.ts'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`There is no measurement called ${unknown.join(', ')}. There are: ${Object.keys(SUITES).join(', ')}.`);
  process.exit(1);
}
// Databases and servers of a run are hundreds of megabytes: whatever it makes is here, and goes with it.
const folder = mkdtempSync(path.join(os.tmpdir(), 'breakwater-bench-'));
process.env.TMPDIR = folder;
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const rows: Row[] = [];
for (const [name, load] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`measuring ${name} …`);
  rows.push(...(await (await load()).run()));
}
console.log(
  `\n${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} × ${os.cpus()[0]?.model}, Node ${process.version}\n`,
);
console.log(table(rows));
process.exit(0);
