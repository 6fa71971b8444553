import type { CallMeter } from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { spendBeside } from './search.ts';

/**
 * A context for one of several questions that one invocation asks, each of which may read as much as a request of its own: only the calls are counted
 * together, every one of them, because D1 takes 1,000 statements from an invocation and refuses all that follow.
 */
export function metered(ctx: Ctx, meter: CallMeter): Ctx {
  const own: Ctx = {
    ...ctx,
    env: { ...ctx.env, DB: countingStatements(ctx.env.DB, meter), STORE: countingReads(ctx.env.STORE, meter) },
    allowances: [],
  };
  spendBeside(own, meter);
  return own;
}

/** Each statement is run once by whoever prepares it. */
function countingStatements(db: D1Database, meter: CallMeter): D1Database {
  return new Proxy(db, {
    get(_, name) {
      if (name === 'prepare') {
        return (text: string) => {
          meter.calls++;
          return db.prepare(text);
        };
      }
      const value: unknown = Reflect.get(db, name);
      return typeof value === 'function' ? value.bind(db) : value;
    },
  });
}

function countingReads(bucket: R2Bucket, meter: CallMeter): R2Bucket {
  return new Proxy(bucket, {
    get(_, name) {
      const value: unknown = Reflect.get(bucket, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        meter.calls++;
        return value.apply(bucket, args);
      };
    },
  });
}
