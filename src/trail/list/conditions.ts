import type { EntryFilter } from './filter.ts';

/** A condition over `a`, a row of the trail, and the values that it names with `?`. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}

/** What an index answers in the order of the numbers: the first of these that is asked for leads. */
const INDEXED = [
  ['requestId', 'request_id'],
  ['target', 'target'],
  ['actor', 'actor_id'],
  ['project', 'project_id'],
] as const;

/** Null where no index with the number behind it fits. */
export function leadingCondition(filter: EntryFilter): Condition | null {
  for (const [name, column] of INDEXED) {
    const value = filter[name];
    if (value !== null) return { sql: `a.${column} = ?`, values: [value] };
  }
  return null;
}

/** Of what the index by action and kind of actor answers. */
export function actionConditions(filter: EntryFilter): Condition[] {
  const { action, actorKind, table, operation } = filter;
  const conditions: Condition[] = [];
  if (action !== null) conditions.push(actionCondition(action));
  if (actorKind !== null) conditions.push({ sql: 'a.actor_kind = ?', values: [actorKind] });
  // An action of a change is `<table>.<operation>`; the program's own end so too, and are told apart by the row.
  if (table !== null) conditions.push({ sql: 'substr(a.action, 1, ?) = ?', values: [table.length + 1, `${table}.`] });
  if (operation !== null) {
    conditions.push({ sql: 'substr(a.action, ?) = ?', values: [-operation.length - 1, `.${operation}`] });
  }
  return conditions;
}

/** Everything that is asked for. */
export function allConditions(filter: EntryFilter): Condition[] {
  const { kind, fromMs, toMs, table, operation, q } = filter;
  const conditions = INDEXED.flatMap(([name, column]): Condition[] => {
    const value = filter[name];
    return value === null ? [] : [{ sql: `a.${column} = ?`, values: [value] }];
  });
  conditions.push(...actionConditions({ ...filter, table: null, operation: null }));
  if (kind !== null) conditions.push({ sql: `a.table_name IS ${kind === 'action' ? '' : 'NOT '}NULL`, values: [] });
  if (table !== null) conditions.push({ sql: 'a.table_name = ?', values: [table] });
  if (operation !== null) conditions.push({ sql: 'a.operation = ?', values: [operation] });
  if (fromMs !== null) conditions.push({ sql: 'a.at_ms >= ?', values: [fromMs] });
  if (toMs !== null) conditions.push({ sql: 'a.at_ms < ?', values: [toMs] });
  if (q !== null) conditions.push(textCondition(q));
  return conditions;
}

/** `instr`, because a pattern of LIKE may have 50 bytes in D1. */
function textCondition(q: string): Condition {
  const places = ['a.target', 'a.action', 'a.detail', 'a.old_values', 'a.new_values'];
  const text = places.map((place) => `coalesce(${place}, '')`).join(` || char(10) || `);
  return { sql: `instr(lower(${text}), lower(?)) > 0`, values: [q] };
}

function actionCondition(action: string): Condition {
  if (!action.endsWith('*')) return { sql: 'a.action = ?', values: [action] };
  const start = action.slice(0, -1);
  return { sql: 'substr(a.action, 1, ?) = ?', values: [start.length, start] };
}

export function joined(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND ') || 'true',
    values: conditions.flatMap(({ values }) => values),
  };
}
