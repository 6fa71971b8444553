/** `npm test [-- <file or part of its name> …]`: everything that can be tested here, and a line of counts at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from './lib/run.ts';
import { runMain, Stop } from './lib/stop.ts';
import { SUMMARY_FILE_VARIABLE, type TestSummary } from './lib/test-summary.ts';
import { buildDashboard } from './start/dashboard.ts';
import { buildOpenapi } from './start/openapi.ts';
import { buildSdk } from './start/sdk.ts';
import { readIfThere } from './start/state-folder.ts';

await runMain(async () => {
  console.log(
    `dashboard: ${await buildDashboard()}, sdk: ${await buildSdk()}, API document: ${await buildOpenapi()}\n`,
  );
  const { passed, failed, skipped, flaky } = await runTests(process.argv.slice(2));
  printSkipped(skipped);
  for (const name of flaky)
    console.log(`\npassed only at a second try, which is a fault of the test or of the product: ${name}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  if (failed > 0) process.exitCode = 1;
  if (passed + failed === 0) throw new Stop('No test ran: no test file has that in its name.');
});

async function runTests(filters: readonly string[]): Promise<TestSummary> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'breakwater-test-'));
  const file = path.join(dir, 'summary.json');
  const reporters = ['--reporter=default', '--reporter=./scripts/lib/test-summary.ts'];
  try {
    const args = ['run', '--config', 'vitest.all.config.ts', '--passWithNoTests', ...reporters, ...filters];
    const { code } = await run('vitest', args, { show: true, env: { [SUMMARY_FILE_VARIABLE]: file } });
    const summary = readSummary(file);
    // vitest may fail for a reason that is no test's, or be killed: that must not pass for success.
    if (summary === null) {
      console.log(`vitest ended with code ${code} before it could count`);
      return { passed: 0, failed: 1, skipped: [], flaky: [] };
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
