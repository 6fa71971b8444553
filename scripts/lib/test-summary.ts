import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export interface TestSummary {
  passed: number;
  failed: number;
  skipped: { file: string; name: string; reason: string }[];
  /** `<file>: <test>`: passed when it was tried again, which somebody has to look into. */
  flaky: string[];
}

/** Where the reporter leaves the summary for the command that started vitest. */
export const SUMMARY_FILE_VARIABLE = 'BREAKWATER_TEST_SUMMARY';

/** A vitest reporter beside the one for people: counts, and every skipped test with its reason. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env[SUMMARY_FILE_VARIABLE];
    if (file) writeFileSync(file, JSON.stringify(summarise(modules, unhandledErrors)));
  }
}

function summarise(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): TestSummary {
  const summary: TestSummary = { passed: 0, failed: unhandledErrors.length, skipped: [], flaky: [] };
  for (const module of modules) {
    const file = path.relative(process.cwd(), module.moduleId);
    // A file that cannot be loaded, or whose hook fails, has errors of its own and no test that says so.
    summary.failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (test.diagnostic()?.flaky) summary.flaky.push(`${file}: ${test.fullName}`);
      if (result.state === 'passed') summary.passed++;
      else if (result.state === 'skipped') {
        summary.skipped.push({ file, name: test.fullName, reason: result.note ?? 'no reason given' });
      } else summary.failed++;
    }
  }
  return summary;
}
