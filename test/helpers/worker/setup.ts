import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

// This runs once for each test file, and all files share one runtime: each begins with storage as a new deployment has it.
await reset();
// `reset` leaves objects in the bucket: a trail that another file sealed would be the past of this one's.
for (;;) {
  const { objects } = await env.STORE.list({ limit: 1_000 });
  if (objects.length === 0) break;
  await env.STORE.delete(objects.map(({ key }) => key));
}
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
