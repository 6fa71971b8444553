import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

// Storage is isolated per test file, and this runs once for each.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
