import { defineConfig } from 'vitest/config';
import { LANES } from './test/helpers/node/lanes.ts';

/** What `npm test` runs. */
export default defineConfig({
  test: { maxWorkers: LANES, projects: ['./vitest.config.ts', './vitest.node.config.ts'] },
});
