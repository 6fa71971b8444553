import { configOf } from '../stores.ts';
import { unaudited } from './actor.ts';
import { fillArchives } from './archives.ts';
import { fillBreach, fillBreaches, fillTemplates } from './breaches.ts';
import { fillDeletions } from './deletions.ts';
import { inFile } from './file-database.ts';
import { fillNotices, fillRuns } from './operations.ts';
import type { Fill } from './rows.ts';

/** Whose rows leave nothing in the trail; a request for deletion does. */
const UNAUDITED = [
  'breaches',
  'breach_clocks',
  'communications',
  'compliance_templates',
  'deletion_holds',
  'deletion_steps',
];
/** More than that the register refuses (src/compliance/templates/templates.ts). */
const TEMPLATES = 1_000;

/** Every list of a state folder that no server has open. */
export async function fillRegisters(
  stateDir: string,
  fill: Omit<Fill, 'db'>,
  { breachId, jobNames }: { breachId: string; jobNames: readonly string[] },
): Promise<void> {
  const config = configOf(stateDir);
  await inFile(stateDir, async (db) => {
    const whole = { ...fill, db };
    await fillArchives(whole);
    await fillRuns(whole, jobNames);
    await fillNotices(whole);
    await unaudited(db, UNAUDITED, async () => {
      await fillTemplates(whole, TEMPLATES);
      await fillBreaches(whole);
      await fillBreach(whole, breachId);
      await fillDeletions(whole, config);
    });
  });
}
