import type { Env } from '../../../src/env.ts';
import { databaseWith } from './faulty-database.ts';

/**
 * `act` once for each call that it makes to the database or the bucket, with `change` done just before that call. Returns how many calls there
 * were: all are tried, none is sampled.
 */
export async function atEachCall<State>(
  env: Env,
  steps: {
    prepare(): Promise<State>;
    change(state: State): Promise<void>;
    /** Acts and checks. */
    act(env: Env, state: State, place: string): Promise<void>;
  },
): Promise<number> {
  for (let at = 1; ; at++) {
    const state = await steps.prepare();
    let calls = 0;
    const before = async (): Promise<void> => {
      if (++calls === at) await steps.change(state);
    };
    const DB = databaseWith(env.DB, async (_, run) => {
      await before();
      return run();
    });
    const STORE = new Proxy(env.STORE, {
      get(bucket, name) {
        const method = Reflect.get(bucket, name) as (...values: unknown[]) => Promise<unknown>;
        return async (...values: unknown[]) => {
          await before();
          return method.apply(bucket, values);
        };
      },
    });
    await steps.act({ ...env, DB, STORE }, state, `changed before call ${at}`);
    if (calls < at) return at - 1;
  }
}
