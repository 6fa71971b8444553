/** A database that counts the statements it is asked to run. */
export function countingStatements(db: D1Database): { db: D1Database; count: () => number } {
  let statements = 0;
  const real = new WeakMap<object, D1PreparedStatement>();
  const watch = (statement: D1PreparedStatement): D1PreparedStatement => {
    const watched = new Proxy(statement, {
      get(_, name) {
        if (name === 'bind') return (...values: unknown[]) => watch(statement.bind(...values));
        const method = Reflect.get(statement, name) as (...values: unknown[]) => unknown;
        return (...values: unknown[]) => {
          statements++;
          return method.apply(statement, values);
        };
      },
    });
    real.set(watched, statement);
    return watched;
  };
  const counting = {
    prepare: (sql: string) => watch(db.prepare(sql)),
    batch: (batch: D1PreparedStatement[]) => {
      statements += batch.length;
      return db.batch(batch.map((statement) => real.get(statement) ?? statement));
    },
  };
  return { db: counting as unknown as D1Database, count: () => statements };
}
