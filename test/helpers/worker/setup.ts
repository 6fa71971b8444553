import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

/** Whether database and bucket are those of a new deployment. */
async function isEmpty(): Promise<boolean> {
  const tables =
    "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";
  const left = await env.DB.prepare(tables).first<number>('n');
  return left === 0 && (await env.STORE.list({ limit: 1 })).objects.length === 0;
}

// This runs once for each test file, and all files share one runtime: each begins with storage as a new deployment has it. An object of the file before that
// is still at work keeps what it has, which to a sealed trail is a past that is not its own.
for (let tries = 1; ; tries++) {
  await reset();
  if (await isEmpty()) break;
  console.error(`storage of the file before is there after ${tries} resets`);
  if (tries === 20) throw new Error('the storage of the file before does not go away');
}
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
