import { defineConfig } from 'vitest/config';

/** Tests that need the machine: processes, files, browsers. What runs inside the Worker is in vitest.config.ts. */
export default defineConfig({
  test: {
    include: ['test/integration', 'test/conformance', 'test/clients', 'test/browser', 'test/faults'].map(
      (dir) => `${dir}/**/*.test.ts`,
    ),
    pool: 'forks',
    // Most of a file's time is waiting: for processes to start, for browsers to paint, for retries to come due. With two at once all of them together
    // are done much sooner.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
