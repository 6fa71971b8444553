import { sha256Hex } from '../../shared/hash.ts';
import type { SchemaChange } from '../../wire/audit.ts';
import { MARK, type SchemaObject, type StoredStructure, type Structure } from './structure-store.ts';

type NewChange = Omit<SchemaChange, 'foundAtMs' | 'migration'>;

/** What is not as it was. An object of the same name and text in another row was dropped and made again: it was not there in between. */
export function compareStructures(before: StoredStructure, now: Structure): NewChange[] {
  const [old, current] = [byName(before.objects), byName(now.objects)];
  const names = [...new Set([...old.keys(), ...current.keys()])];
  return names.flatMap((key) => {
    const [was, is] = [old.get(key), current.get(key)];
    const change = changeOf(was, is);
    const one = is ?? was;
    if (change === null || one === undefined) return [];
    // The program moves it, and may die before that is kept.
    if (one.name === MARK && (change === 'added' || change === 'made_again')) return [];
    // The etag is of what it was compared with: a run that dies and is repeated says the same, another change later does not.
    const id = sha256Hex(JSON.stringify([before.etag, change, key, was?.rowId, is?.rowId, was?.sql, is?.sql]));
    const { type, name } = one;
    return { id: id.slice(0, 32), change, type, name, oldSql: was?.sql ?? null, newSql: is?.sql ?? null };
  });
}

function changeOf(was: SchemaObject | undefined, is: SchemaObject | undefined): SchemaChange['change'] | null {
  if (was === undefined) return is === undefined ? null : 'added';
  if (is === undefined) return 'removed';
  if (was.sql !== is.sql || was.table !== is.table) return 'changed';
  return was.rowId === is.rowId ? null : 'made_again';
}

function byName(objects: readonly SchemaObject[]): Map<string, SchemaObject> {
  return new Map(objects.map((object) => [`${object.type} ${object.name}`, object]));
}
