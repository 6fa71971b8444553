import { vi } from 'vitest';
import { configureLog, type LogLevel } from '../../../src/shared/log.ts';

/** What is logged from here to the end of the test, parsed: lines of this level and above, which are then not on the console. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever a line holds and asserts it
export function logLines(level: LogLevel = 'info'): any[] {
  const lines: unknown[] = [];
  for (const method of ['debug', 'log', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((line) => void lines.push(JSON.parse(String(line))));
  // as-before.ts puts it back.
  configureLog({ level });
  return lines;
}
