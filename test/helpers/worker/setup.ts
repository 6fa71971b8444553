import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

// This runs once for each test file, and all files share one runtime: each begins with storage as a new deployment has it.
await reset();
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
