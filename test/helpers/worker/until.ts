/** Polls for a fact; fails with its name where it does not come true. By a clock that no test moves. */
export async function until(fact: string, holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const startedMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedMs > limitMs) throw new Error(`waited ${limitMs} ms in vain: ${fact}`);
    await scheduler.wait(5);
  }
}
