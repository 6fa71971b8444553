/** What is worked out when it is first asked for, and not while the isolate starts (ADR 34). */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
