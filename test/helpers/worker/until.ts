/** Polls for a fact; fails with its name where it does not come true. */
export async function until(fact: string, holds: () => boolean | Promise<boolean>, limitMs = 8_000): Promise<void> {
  const startedMs = Date.now();
  while (!(await holds())) {
    if (Date.now() - startedMs > limitMs) throw new Error(`waited ${limitMs} ms in vain: ${fact}`);
    await scheduler.wait(5);
  }
}
