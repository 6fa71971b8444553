export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

/** What the promise comes to; null where that takes longer than `ms`. It goes on, and nobody hears of it then. */
export async function within<T>(ms: number, promise: Promise<T>, wait: Wait = waitOrAbort): Promise<T | null> {
  const done = new AbortController();
  try {
    return await Promise.race([promise, wait(ms, done.signal).then(() => null)]);
  } finally {
    done.abort();
  }
}

/** The same, and throws where it takes longer. `who` was asked. */
export async function inTime<T>(ms: number, who: string, promise: Promise<T>): Promise<T> {
  const answer = await within(
    ms,
    promise.then((value) => ({ value })),
  );
  if (answer === null) throw new Error(`${who} has not answered within ${ms} ms`);
  return answer.value;
}

/** The runtime's wait: resolves after `ms`, or when the signal aborts. */
export async function waitOrAbort(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await scheduler.wait(ms, signal ? { signal } : {});
  } catch (cause) {
    if (!signal?.aborted) throw cause;
  }
}
