/**
 * `migrate.ts <folder of the data>`: applies the migrations that the local database there has not seen, and notes them as wrangler does. `wrangler d1
 * migrations apply --local` starts a runtime for each file, which takes longer than all else of a first start; here is one for all. A process of its own, so
 * that it can be ended whole.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { D1Database } from '@cloudflare/workers-types';
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from 'wrangler';
import { PROJECT_DIR } from './lib/run.ts';
import { runMain, Stop } from './lib/stop.ts';

const MIGRATIONS = path.join(PROJECT_DIR, 'migrations');
/** Word for word that of wrangler, which may go on with what is begun here. */
const APPLIED = `CREATE TABLE IF NOT EXISTS "d1_migrations"(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`;

await runMain(async () => {
  const [dataDir] = process.argv.slice(2);
  if (dataDir === undefined) throw new Stop('migrate.ts needs the folder of the data.');
  // From wrangler.toml itself, so that the database is the one that a start opens.
  const { d1Databases } = unstable_getMiniflareWorkerOptions(path.join(PROJECT_DIR, 'wrangler.toml')).workerOptions;
  const worker = { name: 'migrate', modules: true, script: 'export default {}', d1Databases } as V4WorkerOptions;
  const resourcePersistencePath = path.join(dataDir, 'v3');
  const runtime = new Miniflare(convertV4MiniflareOptions({ cf: false, resourcePersistencePath, workers: [worker] }));
  try {
    await applyAll(await runtime.getD1Database('DB'));
  } finally {
    await runtime.dispose();
  }
});

/** Each in one transaction with the note that it is applied. */
async function applyAll(db: D1Database): Promise<void> {
  await db.prepare(APPLIED).run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  for (const name of readdirSync(MIGRATIONS).sort()) {
    if (applied.has(name) || !name.endsWith('.sql')) continue;
    const statements = unstable_splitSqlQuery(readFileSync(path.join(MIGRATIONS, name), 'utf8'));
    const note = db.prepare('INSERT INTO d1_migrations (name) VALUES (?1)').bind(name);
    try {
      await db.batch([...statements.map((sql) => db.prepare(sql)), note]);
    } catch (error) {
      throw new Stop(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
