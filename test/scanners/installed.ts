import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** No scan takes longer where it takes any time at all; the rest is for a busy machine. */
export const SCAN_LIMIT_MS = 900_000;

export function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // its tests are skipped, and say why
  }
}

/** What it printed; throws where it ends with an error. */
export async function runScanner(command: string, args: readonly string[]): Promise<string> {
  const scan = promisify(execFile)(command, [...args], { timeout: SCAN_LIMIT_MS, maxBuffer: 64 * 1024 * 1024 });
  scan.child.stdin?.end(); // sqlmap would take targets from there, and wait for them
  return (await scan).stdout;
}
