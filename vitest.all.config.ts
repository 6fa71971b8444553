import { defineConfig } from 'vitest/config';
import { LANES } from './test/helpers/node/lanes.ts';
import { LongestFirst } from './test/helpers/node/longest-first.ts';

/** What `npm test` runs. */
export default defineConfig({
  test: {
    maxWorkers: LANES,
    sequence: { sequencer: LongestFirst },
    projects: ['./vitest.config.ts', './vitest.node.config.ts'],
  },
});
