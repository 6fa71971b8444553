import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { signalGroup } from './process-group.ts';

export const PROJECT_DIR = path.resolve(import.meta.dirname, '../..');

/** Entry files of the tools, started with this process's own Node: what is called `node` on the PATH may be older. */
const TOOLS = {
  vite: 'node_modules/vite/bin/vite.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  wrangler: 'node_modules/wrangler/bin/wrangler.js',
  tsc: 'node_modules/typescript/bin/tsc',
  biome: 'node_modules/@biomejs/biome/bin/biome',
  knip: 'node_modules/knip/bin/knip.js',
  openapi: 'scripts/openapi.ts',
  migrate: 'scripts/migrate.ts',
} as const;
export type Tool = keyof typeof TOOLS;

export function toolPath(tool: Tool): string {
  return path.join(PROJECT_DIR, TOOLS[tool]);
}

/** Environment in which wrangler neither asks the network, nor tells it anything, nor traces every call; and works on the top level of wrangler.toml unless it is told another environment. */
export const QUIET_ENV: Readonly<Record<string, string>> = {
  CLOUDFLARE_ENV: '',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
};

export interface RunResult {
  /** 128 and more when a signal ended it. */
  code: number;
  /** Both streams, as they came. */
  output: string;
  stdout: string;
}

/** Runs a tool to its end, in the project folder unless `cwd` names another, collecting what it prints. `show` also passes that through as it comes; `signal` ends it. */
export async function run(
  tool: Tool,
  args: readonly string[],
  options: { show?: boolean; signal?: AbortSignal; env?: Record<string, string>; cwd?: string } = {},
): Promise<RunResult> {
  const child = spawn(process.execPath, [toolPath(tool), ...args], {
    cwd: options.cwd ?? PROJECT_DIR,
    env: { ...process.env, ...QUIET_ENV, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Tools start processes of their own; only a group of its own can be ended whole.
    detached: options.signal !== undefined,
  });
  const abort = () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL');
  options.signal?.addEventListener('abort', abort);
  let output = '';
  let stdout = '';
  for (const [stream, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (stream === child.stdout) stdout += text;
      if (options.show) target.write(text);
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve(exitCode ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0)));
  });
  options.signal?.removeEventListener('abort', abort);
  return { code, output, stdout };
}
