import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';

/** Of before the first release: nobody runs code of before them beside their schema. */
const MADE_AGAIN = ['0017', '0025', '0031', '0035'];

const migrations = globSync('migrations/*.sql', { cwd: PROJECT_DIR })
  .sort()
  .map((file) => [path.basename(file), readFileSync(path.join(PROJECT_DIR, file), 'utf8')] as const);

/** What the version before would miss: it runs on the new schema while the new version is uploaded, and again after a rollback. */
function takesAway(sql: string): boolean {
  return /\bDROP\s+(?:TABLE|COLUMN|VIEW)\b|\bRENAME\b/i.test(sql.replace(/--.*$/gm, ''));
}

describe('migrations', () => {
  it('are looked at', () => {
    expect(migrations.length).toBeGreaterThan(30);
    expect(migrations.filter(([, sql]) => takesAway(sql)).map(([file]) => file.slice(0, 4))).toEqual(MADE_AGAIN);
  });

  it.each([
    ['DROP TABLE blocks;', true],
    ['ALTER TABLE blocks DROP COLUMN shard;', true],
    ['ALTER TABLE blocks RENAME shard TO part;', true],
    ['DROP INDEX blocks_by_time; -- as DROP TABLE would', false],
    ['ALTER TABLE blocks ADD COLUMN part TEXT;', false],
  ])('%s', (sql, does) => expect(takesAway(sql)).toBe(does));
});
