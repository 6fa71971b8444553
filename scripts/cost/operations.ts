/** What Cloudflare bills, counted. */
export interface Operations {
  workerRequests: number;
  workerCpuMs: number;
  /** Calls of objects' methods, alarms, and a twentieth of the frames that sockets send. */
  objectRequests: number;
  /** Time in which an object did something, overlapping calls once. */
  objectActiveMs: number;
  objectRowsRead: number;
  objectRowsWritten: number;
  d1RowsRead: number;
  d1RowsWritten: number;
  r2ClassA: number;
  r2ClassB: number;
  /** What is in the database only while records are hot. */
  d1HotBytes: number;
  /** What the database keeps of them as long as they are kept: index rows, word filters, rollups. */
  d1IndexBytes: number;
  /** What is in R2 after they were hot. */
  r2StoredBytes: number;
}

export function scaled(operations: Operations, factor: number): Operations {
  return map(operations, (value) => value * factor);
}

export function sum(a: Operations, b: Operations): Operations {
  return map(a, (value, name) => value + b[name]);
}

function map(operations: Operations, change: (value: number, name: keyof Operations) => number): Operations {
  const entries = Object.entries(operations) as [keyof Operations, number][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value, name)])) as unknown as Operations;
}
