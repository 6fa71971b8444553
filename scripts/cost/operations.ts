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

/** The limiter, and the journal. */
const CALLS_A_REQUEST = 2;
/** A part and an answer are written, and deleted once (ADR 35). */
const ROWS_A_PART = 2;
const ROWS_AN_ANSWER = 2;
/** `MAX_PART_RECORDS` of src/journal/types.ts, whose types are the Worker's. */
const MAX_PART_RECORDS = 1_000;

/** What the same records are in requests of other sizes. What is left when requests are taken off is once a block, and stays. */
export function withRecords(counted: Operations, countedPerRequest: number, perRequest: number): Operations {
  const requests = (counted.workerRequests * countedPerRequest) / perRequest;
  const rows = (perOne: number) => ROWS_A_PART * Math.ceil(perOne / MAX_PART_RECORDS) + ROWS_AN_ANSWER;
  const more = (perCounted: number, perAsked: number) => requests * perAsked - counted.workerRequests * perCounted;
  return {
    ...counted,
    workerRequests: requests,
    objectRequests: counted.objectRequests + more(CALLS_A_REQUEST, CALLS_A_REQUEST),
    objectRowsWritten: counted.objectRowsWritten + more(rows(countedPerRequest), rows(perRequest)),
  };
}

function map(operations: Operations, change: (value: number, name: keyof Operations) => number): Operations {
  const entries = Object.entries(operations) as [keyof Operations, number][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value, name)])) as unknown as Operations;
}
