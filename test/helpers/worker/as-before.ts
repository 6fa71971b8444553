import { env } from 'cloudflare:workers';
import { afterEach, vi } from 'vitest';
import { parseConfig } from '../../../src/env.ts';
import { configureLog } from '../../../src/shared/log.ts';

// The first to read the configuration of a runtime sets up its log: it must be no test.
parseConfig(env);
const log = configureLog({});

// All files of a runtime share its globals: what a test replaced goes back at its end, also where it failed or ran out of time, and also where no test of
// its file comes after it. A clock that stays moved, or timers that nobody moves on, let other tests wait in vain; a log that was made quiet hides their lines.
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  configureLog(log);
});
