/** `npm test [-- <file or part of its name> …]`: everything that can be tested here, and a line of counts at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from './lib/run.ts';
import { runMain, Stop } from './lib/stop.ts';
import { SUMMARY_FILE_VARIABLE, type TestSummary } from './lib/test-summary.ts';
import { buildDashboard } from './start/dashboard.ts';
import { readIfThere } from './start/state-folder.ts';

const SUITES = [
  { name: 'in the Workers runtime', config: 'vitest.config.ts' },
  { name: 'on this machine: processes, conformance, browser, faults', config: 'vitest.node.config.ts' },
] as const;

await runMain(async () => {
  const filters = process.argv.slice(2);
  console.log(`dashboard: ${await buildDashboard()}`);
  const total: TestSummary = { passed: 0, failed: 0, skipped: [] };
  for (const suite of SUITES) {
    console.log(`\n${suite.name}`);
    const summary = await runSuite(suite.config, filters);
    total.passed += summary.passed;
    total.failed += summary.failed;
    total.skipped.push(...summary.skipped);
  }
  printSkipped(total.skipped);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  if (total.failed > 0) process.exitCode = 1;
  if (total.passed + total.failed === 0) throw new Stop('No test ran: no test file has that in its name.');
});

async function runSuite(config: string, filters: readonly string[]): Promise<TestSummary> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'breakwater-test-'));
  const file = path.join(dir, 'summary.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/lib/test-summary.ts'];
  try {
    const args = ['run', '--config', config, '--passWithNoTests', ...reporters, ...filters];
    const { code } = await run('vitest', args, { show: true, env: { [SUMMARY_FILE_VARIABLE]: file } });
    const summary = readSummary(file);
    // vitest may fail for a reason that is no test's, or be killed: that must not pass for success.
    if (summary === null) {
      console.log(`vitest ended with code ${code} before it could count`);
      return { passed: 0, failed: 1, skipped: [] };
    }
    return code !== 0 && summary.failed === 0 ? { ...summary, failed: 1 } : summary;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Null when vitest ended before its reporters ran. */
function readSummary(file: string): TestSummary | null {
  const text = readIfThere(file);
  return text === null ? null : JSON.parse(text);
}

function printSkipped(skipped: TestSummary['skipped']): void {
  for (const [reason, tests] of Object.entries(Object.groupBy(skipped, (test) => test.reason))) {
    const files = [...new Set(tests?.map((test) => test.file))].join(', ');
    console.log(`\nskipped ${tests?.length} in ${files}: ${reason}`);
  }
}
