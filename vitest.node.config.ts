import { defineConfig } from 'vitest/config';
import { LANES } from './test/helpers/node/lanes.ts';

/** Waits a minute for the database by design, with next to no load: beside others it costs no time. */
const WAITING = 'test/faults/database-away.test.ts';

/** Tests that need the machine: processes, files, browsers. What runs inside the Worker is in vitest.config.ts. */
export default defineConfig({
  test: {
    name: 'machine',
    globalSetup: './test/helpers/node/run-folder.ts',
    pool: 'forks',
    maxWorkers: LANES,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'servers',
          // Browsers, servers and clients on a machine that does other things too: the summary names each that took a second try.
          retry: process.env.CI ? 1 : 0,
          include: [
            ...['integration', 'conformance', 'clients', 'browser', 'scanners'].map(
              (dir) => `test/${dir}/**/*.test.ts`,
            ),
            WAITING,
          ],
        },
      },
      // When all else has ended, and two at once: they kill servers under full load, and nothing beside them may depend on the machine's time.
      {
        extends: true,
        test: {
          ...{ name: 'faults', include: ['test/faults/**/*.test.ts'], exclude: [WAITING] },
          ...{ sequence: { groupOrder: 1 }, maxWorkers: Math.min(LANES, 2) },
        },
      },
    ],
  },
});
