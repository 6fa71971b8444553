import type { Env } from '../../../src/env.ts';

/** What the process dies of in these tests: nothing of the code under test may catch it and go on as if nothing were. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

interface Calls {
  made: number;
  /** The call that dies; 0 is none. */
  diesAt: number;
  when: 'before' | 'after';
  dead: boolean;
}

/** Calls of the stores that change or read something: each is a boundary at which a process can die. */
const R2_CALLS = ['head', 'get', 'put', 'delete', 'list'];

/**
 * `act` with a death at each boundary between two calls to a store: of D1, of R2 and of Durable Objects, once before the call is made and once after it, with
 * its answer lost. After a death every further call of that run fails too. `each` gets the state ready, and after the death goes on as the next run would, and
 * checks. Returns how many boundaries there were. All are tried, none is sampled: a run that dies nowhere ends it. `betweenCalls`: for states that take seconds.
 * A process that dies with the answer of a call leaves the stores as one that dies before the next call does; each of those is tried once then.
 */
export async function atEachFaultPoint<State>(
  env: Env,
  steps: {
    prepare(): Promise<State>;
    act(env: Env, state: State): Promise<unknown>;
    /** `place`: for the message of a failed expectation. */
    check(state: State, place: string): Promise<void>;
  },
  { betweenCalls = false }: { betweenCalls?: boolean } = {},
): Promise<number> {
  let boundaries = 0;
  for (let diesAt = 1; ; diesAt++) {
    for (const when of betweenCalls ? (['before'] as const) : (['before', 'after'] as const)) {
      const calls: Calls = { made: 0, diesAt, when, dead: false };
      const state = await steps.prepare();
      try {
        await steps.act(faulty(env, calls), state);
      } catch (cause) {
        if (!calls.dead) throw cause;
      }
      if (!calls.dead) {
        await steps.check(state, 'without a death');
        return boundaries;
      }
      boundaries++;
      await steps.check(state, `death ${when} call ${diesAt}`);
    }
  }
}

function faulty(env: Env, calls: Calls): Env {
  const { JOURNAL, FRAUD, HUB, DESTINATION, ALERTS } = env;
  const objects = { JOURNAL, FRAUD, HUB, DESTINATION, ALERTS };
  const wrapped = Object.fromEntries(Object.entries(objects).map(([name, ns]) => [name, faultyNamespace(ns, calls)]));
  return { ...env, DB: faultyDatabase(env.DB, calls), STORE: faultyBucket(env.STORE, calls), ...wrapped } as Env;
}

async function through<T>(calls: Calls, call: () => Promise<T>): Promise<T> {
  if (calls.dead) throw new Killed('dead');
  calls.made++;
  const isLast = calls.made === calls.diesAt;
  if (isLast && calls.when === 'before') {
    calls.dead = true;
    throw new Killed('before the call');
  }
  const answer = await call();
  if (isLast) calls.dead = true;
  if (calls.dead) throw new Killed('after the call');
  return answer;
}

function faultyDatabase(db: D1Database, calls: Calls): D1Database {
  const real = new WeakMap<object, D1PreparedStatement>();
  const watch = (statement: D1PreparedStatement): D1PreparedStatement => {
    const watched = new Proxy(statement, {
      get(_, name) {
        if (name === 'bind') return (...values: unknown[]) => watch(statement.bind(...values));
        const method = Reflect.get(statement, name) as (...values: unknown[]) => Promise<unknown>;
        return (...values: unknown[]) => through(calls, () => method.apply(statement, values));
      },
    });
    real.set(watched, statement);
    return watched;
  };
  return {
    prepare: (sql: string) => watch(db.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) =>
      through(calls, () => db.batch(statements.map((statement) => real.get(statement) ?? statement))),
  } as unknown as D1Database;
}

function faultyBucket(bucket: R2Bucket, calls: Calls): R2Bucket {
  return new Proxy(bucket, {
    get(_, name) {
      const method = Reflect.get(bucket, name) as (...values: unknown[]) => Promise<unknown>;
      if (typeof name === 'string' && R2_CALLS.includes(name)) {
        return (...values: unknown[]) => through(calls, () => method.apply(bucket, values));
      }
      return typeof method === 'function' ? method.bind(bucket) : method;
    },
  });
}

function faultyNamespace<T extends object>(namespace: T, calls: Calls): T {
  return new Proxy(namespace, {
    get(_, name) {
      const value = Reflect.get(namespace, name) as (...values: unknown[]) => object;
      if (name !== 'getByName' && name !== 'get') return typeof value === 'function' ? value.bind(namespace) : value;
      return (...values: unknown[]) => {
        const stub = value.apply(namespace, values);
        return new Proxy(stub, {
          get(_, method) {
            if (method === 'then') return undefined;
            return (...args: unknown[]) =>
              through(calls, () => (Reflect.get(stub, method) as (...args: unknown[]) => Promise<unknown>)(...args));
          },
        });
      };
    },
  });
}
