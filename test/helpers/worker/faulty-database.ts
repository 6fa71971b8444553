/**
 * The database with a hand on it: `intercept` gets the text of what is to be run (the statements of a batch, one a line) and may run it, wait,
 * throw before or after, or all of these.
 */
export function databaseWith(
  db: D1Database,
  intercept: (sql: string, run: () => Promise<unknown>) => Promise<unknown>,
): D1Database {
  const known = new WeakMap<object, { sql: string; real: D1PreparedStatement }>();
  const watch = (sql: string, real: D1PreparedStatement): D1PreparedStatement => {
    const watched = new Proxy(real, {
      get(_, name) {
        const method = Reflect.get(real, name) as (...values: unknown[]) => unknown;
        if (name === 'bind') return (...values: unknown[]) => watch(sql, real.bind(...values));
        return (...values: unknown[]) => intercept(sql, async () => method.apply(real, values));
      },
    });
    known.set(watched, { sql, real });
    return watched;
  };
  return {
    prepare: (sql: string) => watch(sql, db.prepare(sql)),
    batch(statements: D1PreparedStatement[]) {
      const all = statements.map((statement) => known.get(statement) ?? { sql: '', real: statement });
      const sql = all.map((one) => one.sql).join('\n');
      return intercept(sql, () => db.batch(all.map(({ real }) => real)));
    },
  } as unknown as D1Database;
}

/** What D1 throws when it cannot be reached. */
export function databaseAway(): Error {
  return new Error('D1_ERROR: Network connection lost.');
}
