import type { Env } from '../env.ts';
import { elapsedMs } from './elapsed.ts';

/** One call to an object or a store that has ended. */
export interface MeasuredCall {
  /** `journal`, `d1`, `r2` … */
  target: string;
  /** The method, such as `append` or `batch`. */
  operation: string;
  /** By performance.now(), which stands still between I/O. */
  startedMs: number;
  durationMs: number;
  /** It threw: a refusal that an object answers is an answer. */
  failed: boolean;
}

/** Must not throw: it stands between a caller and his answer. */
export interface CallObserver {
  began(target: string): void;
  ended(call: MeasuredCall): void;
}

/** Objects by their binding. Not METRICS: what it is told would be told in turn. */
export const MEASURED_OBJECTS = {
  JOURNAL: 'journal',
  HUB: 'hub',
  LIMITER: 'limiter',
  FRAUD: 'fraud',
  DESTINATION: 'destination',
  ALERTS: 'alerts',
} as const satisfies Partial<Record<keyof Env, string>>;

/** Those that answer at once; what they answer is measured. */
const R2_OPERATIONS = ['head', 'get', 'put', 'delete', 'list', 'createMultipartUpload'];
const UPLOAD_OPERATIONS = ['uploadPart', 'complete', 'abort'];
const STATEMENT_OPERATIONS = ['first', 'run', 'all', 'raw'];

/** The same bindings; each call through them is told to the observer when it has ended. */
export function measuredEnv(env: Env, observer: CallObserver): Env {
  const objects = Object.entries(MEASURED_OBJECTS).map(([binding, target]) => [
    binding,
    measuredNamespace(env[binding as keyof typeof MEASURED_OBJECTS] as object, target, observer),
  ]);
  return {
    ...env,
    ...Object.fromEntries(objects),
    DB: measuredDatabase(env.DB, observer),
    STORE: measuredBucket(env.STORE, observer),
  };
}

type Method = (...given: unknown[]) => unknown;
/** What stands in for a member; null leaves it as it is. */
type Member = (name: string, method: Method) => Method | null;

/** The object itself, with other methods in the place of some. Bindings belong to the platform: nothing can be put into them. */
function standIn<T extends object>(target: T, member: Member): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const method: Method = (...given) => Reflect.apply(value, target, given);
      return typeof name === 'string' ? (member(name, method) ?? method) : method;
    },
  });
}

function measuredNamespace(namespace: object, target: string, observer: CallObserver): object {
  return standIn(namespace, (name, method) => {
    if (name !== 'getByName' && name !== 'get') return null;
    return (...given) =>
      standIn(method(...given) as object, (operation, call) => measuredMethod(observer, target, operation, call));
  });
}

function measuredDatabase(db: D1Database, observer: CallObserver): D1Database {
  const real = new WeakMap<object, object>();
  const watched = (statement: object): object => {
    const stand = standIn(statement, (name, method) => {
      if (name === 'bind') return (...values) => watched(method(...values) as object);
      return STATEMENT_OPERATIONS.includes(name) ? measuredMethod(observer, 'd1', name, method) : null;
    });
    real.set(stand, statement);
    return stand;
  };
  return standIn(db, (name, method) => {
    if (name === 'prepare') return (...given) => watched(method(...given) as object);
    if (name === 'exec') return measuredMethod(observer, 'd1', name, method);
    if (name !== 'batch') return null;
    const batch = measuredMethod(observer, 'd1', name, method);
    return (statements) => batch((statements as object[]).map((statement) => real.get(statement) ?? statement));
  });
}

function measuredBucket(bucket: R2Bucket, observer: CallObserver): R2Bucket {
  const upload = (made: object) =>
    standIn(made, (name, method) =>
      UPLOAD_OPERATIONS.includes(name) ? measuredMethod(observer, 'r2', name, method) : null,
    );
  return standIn(bucket, (name, method) => {
    if (name === 'resumeMultipartUpload') return (...given) => upload(method(...given) as object);
    if (!R2_OPERATIONS.includes(name)) return null;
    const measured = measuredMethod(observer, 'r2', name, method);
    if (name !== 'createMultipartUpload') return measured;
    return (...given) => (measured(...given) as Promise<object>).then(upload);
  });
}

function measuredMethod(observer: CallObserver, target: string, operation: string, method: Method): Method {
  return (...given) => {
    observer.began(target);
    const startedMs = performance.now();
    const ended = (failed: boolean) =>
      observer.ended({ target, operation, startedMs, durationMs: elapsedMs(startedMs), failed });
    return settled(() => method(...given), ended);
  };
}

async function settled(work: () => unknown, ended: (failed: boolean) => void): Promise<unknown> {
  try {
    const value = await work();
    ended(false);
    return value;
  } catch (cause) {
    ended(true);
    throw cause;
  }
}
