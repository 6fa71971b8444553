import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { LANES } from './test/helpers/node/lanes.ts';

const root = import.meta.dirname;
// wrangler.toml serves ./dist; a checkout whose dashboard was never built has none, and the runtime refuses to start without.
mkdirSync(path.join(root, 'dist'), { recursive: true });

const AS_BEFORE = './test/helpers/worker/as-before.ts';

const workersRuntime = async () =>
  cloudflareTest({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      bindings: {
        ENVIRONMENT: 'local',
        SESSION_SECRETS: 'k1:test-session-secret-of-at-least-forty-three-characters',
        API_KEY_SECRETS: 'k1:test-api-key-secret-of-at-least-forty-three-characters',
        DATA_SECRETS: 'k1:test-data-secret-of-at-least-forty-three-characters',
        // A line for every request would bury what a test has to say; test/helpers/worker/log-lines.ts reads the lines that a test is about.
        LOG_LEVEL: 'warn',
        // Suites share a few users; limits-user.test.ts lowers it.
        USER_REQUESTS_PER_MINUTE: '1000000',
        SETUP_TOKEN: 'test-setup-token',
        TEST_MIGRATIONS: await readD1Migrations(path.join(root, 'migrations')),
      },
      // Hermetic: whatever a test sends to the network ends here, visibly.
      outboundService: (request: { url: string }) => new Response(`blocked ${request.url}`, { status: 599 }),
    },
  });

/** Tests in the Workers runtime. What needs the machine is in vitest.node.config.ts. */
export default defineConfig(async () => ({
  test: {
    name: 'workerd',
    globalSetup: ['./test/helpers/node/run-folder.ts', './test/helpers/node/openapi.ts'],
    maxWorkers: LANES,
    // Property tests take seconds; a busy machine is slow, not wrong.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000 } },
    // Loading the Worker takes longer than running most files: a runtime runs one file after another.
    isolate: false,
    projects: [
      // Pure functions: no storage, no Worker.
      {
        plugins: [await workersRuntime()],
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], setupFiles: [AS_BEFORE] },
      },
      {
        plugins: [await workersRuntime()],
        extends: true,
        test: {
          name: 'worker',
          include: ['test/worker/**/*.test.ts'],
          setupFiles: [AS_BEFORE, './test/helpers/worker/setup.ts'],
        },
      },
    ],
    coverage: {
      provider: 'v8' as const,
      include: ['src/**/*.ts', 'durable-objects/**/*.ts'],
      exclude: ['src/dashboard/**', 'src/sdk/**'],
      thresholds: { lines: 85 },
    },
  },
}));
