/** What the order of spans rests on. */
export interface SpanLike {
  ts: number;
  spanId: string | null;
  parentSpanId: string | null;
}

export interface Placed<T> {
  span: T;
  /** Steps from its root; 0 for a root. */
  depth: number;
}

/**
 * Spans in the order of a waterfall: each root by its start, behind each span its children by their start. A span whose parent is not there
 * (an orphan) is a root, and so is the first span of a circle. Of spans with one id the first by start has the children. A child may start
 * before its parent: clocks differ, and what the ids say counts. Takes no recursion, so that no depth is too deep.
 */
export function orderSpans<T extends SpanLike>(spans: readonly T[]): Placed<T>[] {
  const byStart = [...spans].sort((a, b) => a.ts - b.ts);
  const owners = new Map<string, T>();
  for (const span of byStart) if (span.spanId !== null && !owners.has(span.spanId)) owners.set(span.spanId, span);
  const children = new Map<T, T[]>();
  const roots: T[] = [];
  for (const span of byStart) {
    const parent = span.parentSpanId === null ? undefined : owners.get(span.parentSpanId);
    if (!parent || parent === span) {
      roots.push(span);
      continue;
    }
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  const placed: Placed<T>[] = [];
  const done = new Set<T>();
  const place = (root: T): void => {
    const open: Placed<T>[] = [{ span: root, depth: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      if (done.has(next.span)) continue;
      done.add(next.span);
      placed.push(next);
      const below = children.get(next.span) ?? [];
      for (let i = below.length - 1; i >= 0; i--) open.push({ span: below[i] as T, depth: next.depth + 1 });
    }
  };
  for (const root of roots) place(root);
  // Only circles are left: nobody else leads to them.
  for (const span of byStart) if (!done.has(span)) place(span);
  return placed;
}
