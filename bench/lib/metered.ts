/** Counts what Cloudflare bills, in the Worker that is measured: calls of objects, their time, rows, and what R2 is asked. */
import type { Operations } from '../../scripts/cost/operations.ts';

/** Of the whole process: locally all objects and the Worker share it. */
export type Counts = Omit<Operations, 'd1HotBytes' | 'd1IndexBytes' | 'r2StoredBytes' | 'workerCpuMs'>;

const counts: Counts = {
  ...{ workerRequests: 0, objectRequests: 0, objectActiveMs: 0 },
  ...{ objectRowsRead: 0, objectRowsWritten: 0, d1RowsRead: 0, d1RowsWritten: 0, r2ClassA: 0, r2ClassB: 0 },
};

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;

/**
 * Cursors of each object that have not been asked yet; they say how much they read when they are read, and nobody but their object may ask one that was left in
 * the middle. Asked when the object's calls have ended, and in heaps, so that a long run holds few of them.
 */
const cursorsOf = new WeakMap<object, Cursor[]>();

function settle(cursors: Cursor[]): void {
  for (const { rowsRead, rowsWritten } of cursors.splice(0)) {
    counts.objectRowsRead += rowsRead;
    counts.objectRowsWritten += rowsWritten;
  }
}

export function countsSoFar(): Counts {
  return counts;
}

/** "Inbound requests to your Worker"; a run of cron is one too. */
export function countInvocation(): void {
  counts.workerRequests++;
}

type AnyClass = new (ctx: DurableObjectState, env: never) => object;

/** The class of an object with its storage, its alarms and its time counted. */
export function meteredClass<C extends AnyClass>(original: C): C {
  const Metered = class extends (original as AnyClass) {
    constructor(ctx: DurableObjectState, env: never) {
      const cursors: Cursor[] = [];
      meterStorage(ctx.storage, cursors);
      super(ctx, meteredEnv(env));
      cursorsOf.set(this, cursors);
    }
  };
  const members = Object.entries(Object.getOwnPropertyDescriptors(original.prototype as object));
  for (const [name, { value }] of members) {
    // A getter has no value, and is none of what is called.
    if (name !== 'constructor') meterMethod(Metered.prototype, name, value);
  }
  return Metered as unknown as C;
}

/** When an instance began to be busy, and with how many calls; their times are billed once where they overlap. */
const busy = new WeakMap<object, { calls: number; sinceMs: number }>();

function meterMethod(prototype: object, name: string, method: unknown): void {
  if (typeof method !== 'function') return;
  Object.defineProperty(prototype, name, {
    configurable: true,
    value(this: object, ...values: unknown[]): unknown {
      if (name === 'alarm') counts.objectRequests++;
      // "A 20:1 ratio is applied to incoming WebSocket messages."
      if (name === 'webSocketMessage') counts.objectRequests += 1 / 20;
      const state = busy.get(this) ?? { calls: 0, sinceMs: 0 };
      busy.set(this, state);
      if (state.calls++ === 0) state.sinceMs = performance.now();
      const ended = (): void => {
        if (--state.calls > 0) return;
        counts.objectActiveMs += performance.now() - state.sinceMs;
        settle(cursorsOf.get(this) ?? []);
      };
      let answer: unknown;
      try {
        answer = Reflect.apply(method, this, values);
      } catch (error) {
        ended();
        throw error;
      }
      // What is called within the object, and answers at once, must go on doing so.
      if (!(answer instanceof Promise)) {
        ended();
        return answer;
      }
      return answer.finally(ended);
    },
  });
}

function meterStorage(storage: DurableObjectStorage, cursors: Cursor[]): void {
  const { sql } = storage;
  const exec = sql.exec.bind(sql) as SqlStorage['exec'];
  Object.defineProperty(sql, 'exec', {
    value: (statement: string, ...bindings: unknown[]) => {
      const cursor = exec(statement, ...bindings);
      if (cursors.push(cursor as never) > 1_000) settle(cursors);
      return cursor;
    },
  });
  const setAlarm = storage.setAlarm.bind(storage);
  Object.defineProperty(storage, 'setAlarm', {
    value: (...values: Parameters<typeof setAlarm>) => {
      counts.objectRowsWritten++; // "Each setAlarm() is billed as a single row written."
      return setAlarm(...values);
    },
  });
}

const known = new WeakMap<object, object>();

/** The bindings with what is asked of them counted; the same for the same, because configuration is remembered by it. */
export function meteredEnv<E extends object>(env: E): E {
  const made = known.get(env);
  if (made) return made as E;
  const metered = Object.fromEntries(
    Object.entries(env).map(([name, binding]) => [name, meteredBinding(binding)]),
  ) as E;
  known.set(env, metered);
  return metered;
}

function meteredBinding(binding: unknown): unknown {
  if (typeof binding !== 'object' || binding === null) return binding;
  if ('getByName' in binding) return meteredNamespace(binding as DurableObjectNamespace);
  if ('createMultipartUpload' in binding) return meteredBucket(binding as R2Bucket);
  return 'prepare' in binding ? meteredDatabase(binding as D1Database) : binding;
}

/** Every method of the target as it is, but for what `replace` says. */
function watched<T extends object>(
  target: T,
  replace: (name: string, method: (...values: never[]) => unknown) => unknown,
): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' && typeof name === 'string' ? replace(name, value.bind(target)) : value;
    },
  });
}

function meteredNamespace(namespace: DurableObjectNamespace): DurableObjectNamespace {
  const meterStub = (stub: object): object =>
    new Proxy(stub, {
      get(_, name) {
        const value: unknown = Reflect.get(stub, name, stub);
        if (typeof value !== 'function' || typeof name !== 'string') return value;
        return (...values: unknown[]) => {
          counts.objectRequests++; // each method call of a stub is a session of its own, fetch included
          return (Reflect.get(stub, name, stub) as (...values: unknown[]) => unknown)(...values);
        };
      },
    });
  return watched(namespace, (name, method) =>
    name === 'get' || name === 'getByName' ? (...values: never[]) => meterStub(method(...values) as object) : method,
  );
}

/** developers.cloudflare.com/r2/pricing: what writes or lists is A, what reads is B, deleting is free. */
const CLASS_A = ['put', 'list', 'createMultipartUpload'];
const CLASS_B = ['get', 'head'];

function meteredBucket(bucket: R2Bucket): R2Bucket {
  return watched(bucket, (name, method) => (...values: never[]) => {
    if (CLASS_A.includes(name)) counts.r2ClassA++;
    if (CLASS_B.includes(name)) counts.r2ClassB++;
    const answer = method(...values);
    if (name !== 'createMultipartUpload') return answer;
    return (answer as Promise<R2MultipartUpload>).then((upload) =>
      watched(upload, (step, stepMethod) => (...stepValues: never[]) => {
        if (step !== 'abort') counts.r2ClassA++;
        return stepMethod(...stepValues);
      }),
    );
  });
}

function countResult<T extends { meta: D1Meta & Record<string, unknown> }>(result: T): T {
  counts.d1RowsRead += result.meta.rows_read;
  counts.d1RowsWritten += result.meta.rows_written;
  return result;
}

function meteredDatabase(db: D1Database): D1Database {
  const real = new WeakMap<object, D1PreparedStatement>();
  const watch = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => watch(statement.bind(...values)),
      run: async () => countResult(await statement.run()),
      all: async () => countResult(await statement.all()),
      // By way of all(), which alone says how much was read.
      first: async (column?: string) => {
        const [row] = countResult(await statement.all<Record<string, unknown>>()).results;
        return row === undefined ? null : column === undefined ? row : row[column];
      },
    } as unknown as D1PreparedStatement;
    real.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (sql: string) => watch(db.prepare(sql)),
    batch: async (batch: D1PreparedStatement[]) =>
      (await db.batch(batch.map((statement) => real.get(statement) ?? statement))).map(countResult),
  } as unknown as D1Database;
}
