import { spawn } from 'node:child_process';
import { PROJECT_DIR, QUIET_ENV, toolPath } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';

/**
 * Gives secrets to the deployed Worker. By stdin, because a command line can be read by every process of the machine; wrangler's log is off, and
 * what it prints names the secrets and not their values. Throws a Stop when wrangler refuses. `wrangler` is its entry file, for tests.
 */
export async function deploySecrets(
  values: Readonly<Record<string, string>>,
  env: string | null,
  wrangler = toolPath('wrangler'),
): Promise<void> {
  const args = ['secret', 'bulk', ...(env === null ? [] : ['--env', env])];
  const child = spawn(process.execPath, [wrangler, ...args], {
    cwd: PROJECT_DIR,
    env: { ...process.env, ...QUIET_ENV },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  // One that ends before it has read is told by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(values));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code === 0) return;
  const [name] = Object.keys(values);
  throw new Stop(
    `wrangler did not take it, so the deployed Worker has what it had. The file is changed: repeat with "deploy ${name}".`,
  );
}
