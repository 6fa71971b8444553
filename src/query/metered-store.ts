import type { Ctx } from '../env.ts';
import { type StatementMeter, spendBeside } from './search.ts';

/**
 * A context for one of several questions that one invocation asks, each of which may read as much as a request of its own: only the statements are counted
 * together, every one of them, because D1 takes 1,000 from an invocation and refuses all that follow.
 */
export function metered(ctx: Ctx, meter: StatementMeter): Ctx {
  const own: Ctx = { ...ctx, env: { ...ctx.env, DB: counting(ctx.env.DB, meter) }, allowances: [] };
  spendBeside(own, meter);
  return own;
}

/** Each statement is run once by whoever prepares it. */
function counting(db: D1Database, meter: StatementMeter): D1Database {
  return new Proxy(db, {
    get(_, name) {
      if (name === 'prepare') {
        return (text: string) => {
          meter.statements++;
          return db.prepare(text);
        };
      }
      const value: unknown = Reflect.get(db, name);
      return typeof value === 'function' ? value.bind(db) : value;
    },
  });
}
