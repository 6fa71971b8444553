/**
 * The schema of a Durable Object as an append-only list of steps. Each object remembers how many it has applied and with what text;
 * an edited or missing step means that the code is older than the data, and the object refuses to start rather than guess.
 */
export function applySchemaSteps(storage: DurableObjectStorage, steps: readonly string[]): void {
  storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec('CREATE TABLE IF NOT EXISTS schema_steps (step INTEGER PRIMARY KEY, statements TEXT NOT NULL)');
    const applied = sql
      .exec<{ step: number; statements: string }>('SELECT step, statements FROM schema_steps ORDER BY step')
      .toArray();
    for (const { step, statements } of applied) {
      if (steps[step] !== statements) throw new Error(`schema step ${step} of this object was edited or removed`);
    }
    for (let step = applied.length; step < steps.length; step++) {
      const statements = steps[step] as string;
      sql.exec(statements);
      sql.exec('INSERT INTO schema_steps (step, statements) VALUES (?, ?)', step, statements);
    }
  });
}
