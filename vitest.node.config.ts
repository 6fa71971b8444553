import { defineConfig } from 'vitest/config';

/** Tests that need the machine: processes, files, browsers. What runs inside the Worker is in vitest.config.ts. */
export default defineConfig({
  test: {
    globalSetup: './test/helpers/node/run-folder.ts',
    include: ['test/integration', 'test/conformance', 'test/clients', 'test/browser', 'test/faults'].map(
      (dir) => `${dir}/**/*.test.ts`,
    ),
    pool: 'forks',
    // Each file starts servers of its own; two at once on a small machine only wait for each other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
