import { existsSync } from 'node:fs';
import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, by what the last run here took. vitest knows that of the run before only where there was one; a fresh clone has it
 * begin with the file that has most bytes, and one of these that begins last is waited for alone.
 */
const LONGEST = [
  'integration/deploy-killed.test.ts',
  'integration/start.test.ts',
  'conformance/openapi-fuzz.test.ts',
  'integration/deploy.test.ts',
  'browser/pages.test.ts',
  'browser/alerts.test.ts',
  'browser/archives.test.ts',
  'browser/audit.test.ts',
  'conformance/hostile-strings.test.ts',
  'browser/performance.test.ts',
  'faults/database-away.test.ts',
  'worker/deletion-archives.test.ts',
  'worker/late-bodies.test.ts',
  'worker/destination-moves.test.ts',
  'worker/archive-restored.test.ts',
].map((file) => path.resolve(import.meta.dirname, '../..', file));

/** Projects one after another as vitest has them, and in each the longest first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = LONGEST.filter((file) => !existsSync(file));
    if (gone.length > 0) throw new Error(`longest-first.ts names what is no longer there: ${gone.join(', ')}`);
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.indexOf(moduleId);
      return at === -1 ? LONGEST.length : at;
    };
    return sorted.sort(
      (a, b) => projects.indexOf(a.project.name) - projects.indexOf(b.project.name) || rank(a) - rank(b),
    );
  }
}
