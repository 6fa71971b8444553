/** `npm run check`: everything that has to hold before a change is merged. Continuous integration runs this and nothing else. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PROJECT_DIR, type RunResult, run } from './lib/run.ts';
import { checkScriptSize } from './lib/script-size.ts';
import { reasonOf } from './lib/stop.ts';
import { checkSdkSize } from './sdk/size.ts';
import { buildDashboard } from './start/dashboard.ts';
import { buildOpenapi } from './start/openapi.ts';
import { buildSdk } from './start/sdk.ts';

interface Step {
  name: string;
  /** Resolves to what to add to the step's line; throws with what is wrong. */
  run(): Promise<string>;
}

/** They only read the sources. */
const READING: readonly Step[] = [
  ...['tsconfig.json', 'tsconfig.node.json', 'tsconfig.bench.json', 'tsconfig.dashboard.json', 'tsconfig.sdk.json'].map(
    (file) => ({
      name: `types, ${file}`,
      run: async () => outcome(await run('tsc', ['-p', file])),
    }),
  ),
  { name: 'lint and format', run: async () => outcome(await run('biome', ['ci', '--error-on-warnings'])) },
  { name: 'dead code and dependencies', run: async () => outcome(await run('knip', [])) },
];
/** Each finds what the one before it has built. */
const BUILDING: readonly Step[] = [
  { name: 'dashboard build', run: buildDashboard },
  { name: 'dashboard script size', run: async () => checkScriptSize() },
  { name: 'SDK build', run: buildSdk },
  { name: 'API document', run: buildOpenapi },
  { name: 'SDK size', run: checkSdkSize },
  { name: 'Worker bundle', run: bundleWorker },
];

const failed: string[] = [];
// Most take one core: side by side they take half the time.
await Promise.all([runSteps(READING), runSteps(BUILDING)]);
if (failed.length > 0) console.log(`not ok: ${failed.join(', ')}`);
const testsCode = await runTests(); // last, so that its line of counts is the last line
process.exitCode = failed.length > 0 ? 1 : testsCode;

async function runSteps(steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const startedMs = performance.now();
    const seconds = () => `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
    try {
      const note = await step.run();
      console.log(`ok    ${step.name} (${seconds()}${note ? `, ${note}` : ''})`);
    } catch (error) {
      failed.push(step.name);
      console.log(`FAIL  ${step.name} (${seconds()})\n${reasonOf(error)}\n`);
    }
  }
}

function outcome(result: RunResult): string {
  if (result.code !== 0) throw new Error(result.output.trim());
  return '';
}

async function bundleWorker(): Promise<string> {
  const outDir = mkdtempSync(path.join(os.tmpdir(), 'breakwater-bundle-'));
  try {
    const result = await run('wrangler', ['deploy', '--dry-run', '--minify', '--outdir', outDir]);
    outcome(result);
    return /Total Upload: .*/.exec(result.output)?.[0] ?? '';
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** By the README's own words, so that they are tried as well. */
function runTests(): Promise<number> {
  const child = spawn('npm', ['test', '--silent'], { cwd: PROJECT_DIR, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
