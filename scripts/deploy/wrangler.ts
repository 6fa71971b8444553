import { PROJECT_DIR, type RunResult, run } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';

/** No colours, whose codes would stand in what is read and printed here. */
const PLAIN = { FORCE_COLOR: '0', NO_COLOR: '1' };

/** Runs wrangler without anybody to ask: it never prompts, and changes no file of the project. */
export function wrangler(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = PROJECT_DIR,
): Promise<RunResult> {
  return run('wrangler', args, { env: { ...PLAIN, ...env }, cwd });
}

/** Throws a Stop with wrangler's own words. `what` names the step. */
export async function wranglerOrStop(
  what: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = PROJECT_DIR,
): Promise<RunResult> {
  const result = await wrangler(args, env, cwd);
  if (result.code !== 0) throw failed(what, result);
  return result;
}

export function failed(what: string, { output }: RunResult): Stop {
  return new Stop(
    `${what} failed, and what was done before it stays: run the command again. wrangler says:\n${output.trim()}`,
  );
}
