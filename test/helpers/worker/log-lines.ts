import { env } from 'cloudflare:workers';
import { afterEach, vi } from 'vitest';
import { parseConfig } from '../../../src/env.ts';
import { configureLog, type LogLevel } from '../../../src/shared/log.ts';

let restore: (() => void) | null = null;
afterEach(() => {
  restore?.();
  restore = null;
});

/** What is logged from here to the end of the test, parsed: lines of this level and above, which are then not on the console. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever a line holds and asserts it
export function logLines(level: LogLevel = 'info'): any[] {
  const lines: unknown[] = [];
  for (const method of ['debug', 'log', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((line) => void lines.push(JSON.parse(String(line))));
  // The first to read the configuration of a runtime sets up the log: it must not be the first that is heard here.
  parseConfig(env);
  const before = configureLog({ level });
  restore = () => configureLog(before);
  return lines;
}
