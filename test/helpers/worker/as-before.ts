import { afterEach, vi } from 'vitest';

// All files of a runtime share its globals: what a test replaced goes back at its end, also where it failed or ran out of time, and also where no test of
// its file comes after it. A clock that stays moved, or timers that nobody moves on, let other tests wait in vain.
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
