import type { Ctx } from '../../env.ts';
import { readHead } from '../checkpoints/checkpoint-store.ts';
import type { NewFinding } from '../findings/finding-store.ts';
import { reportFindings } from '../findings/report.ts';
import { compareStructures } from './compare.ts';
import {
  changesStatement,
  currentStructure,
  keepStructure,
  keptStructure,
  MARK,
  migrationsAfter,
  moveMark,
  type Structure,
} from './structure-store.ts';

const WORDS = { added: 'was added', changed: 'was changed', removed: 'was removed', made_again: 'was made again' };

/** Enters what became of tables, indexes, triggers and views since the last look. Without a migration that was applied meanwhile each is a finding. */
export async function watchStructure(ctx: Ctx): Promise<{ changes: number; findings: number }> {
  const { DB, STORE } = ctx.env;
  const [before, now] = [await keptStructure(STORE), await currentStructure(DB)];
  if (before === null) {
    const gone = (await readHead(STORE)) !== null;
    const findings = gone ? await reportFindings(ctx, [{ ...GONE, id: `schema/gone/${ctx.nowMs}` }]) : 0;
    await keepStructure(STORE, await marked(DB, now), null);
    return { changes: 0, findings };
  }
  const compared = compareStructures(before, now);
  const isSame = compared.length === 0 && now.lastMigration === before.lastMigration;
  if (isSame && isMarked(now)) return { changes: 0, findings: 0 };
  const applied = now.lastMigration > before.lastMigration ? await migrationsAfter(DB, before.lastMigration) : [];
  const migration = applied.length === 0 ? null : applied.join(', ');
  const changes = compared.map((change) => ({ ...change, migration }));
  const findings: NewFinding[] = changes
    .filter((change) => change.migration === null)
    .map(({ id, type, name, change }) => ({
      id: `schema/${id}`,
      kind: 'schema',
      seq: null,
      detail: `The ${type} ${name} ${WORDS[change]} outside of a migration.`,
    }));
  if (changes.length > 0) await DB.batch([changesStatement(DB, changes, ctx.nowMs)]);
  const found = await reportFindings(ctx, findings);
  // Last: whatever died before says the same again.
  await keepStructure(STORE, await marked(DB, now), before);
  return { changes: changes.length, findings: found };
}

const isMarked = ({ objects }: Structure): boolean => objects.at(-1)?.name === MARK;

/** With the mark behind everything; but for that as it was compared, so that a change meanwhile is found by the next look. */
async function marked(db: D1Database, now: Structure): Promise<Structure> {
  if (isMarked(now)) return now;
  const others = now.objects.filter(({ name }) => name !== MARK);
  return { ...now, objects: [...others, await moveMark(db)] };
}

const GONE = {
  kind: 'schema',
  seq: null,
  detail: 'What tables and triggers were is gone from the bucket: changes to them before this look are not known.',
} as const;
