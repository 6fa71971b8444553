import type { Operations } from './operations.ts';

export interface Workload {
  /** Of a gigabyte as sent. */
  perGb: Operations;
}

interface Measured {
  at: string;
  recordsPerRequest: number;
  workloads: Readonly<Record<string, Workload>>;
  /** Of a month in which nothing comes. */
  cronMonth: Operations;
  /** Of the database: above 80 % of its 10 GB, blocks go to R2 before their time. */
  databaseFullBytes: number;
}

/** What `npm run bench -- cost` printed (BENCH_COST_MB=100), in the order in which it prints; put new figures here when it says others. */
export const MEASURED: Measured = {
  at: '2026-11-28',
  recordsPerRequest: 500,
  databaseFullBytes: 8_000_000_000,
  workloads: {
    payments: {
      perGb: {
        ...{ workerRequests: 8_136, objectRequests: 17_498, objectActiveMs: 75_424 },
        ...{ objectRowsRead: 74_134, objectRowsWritten: 76_533, d1RowsRead: 14_846, d1RowsWritten: 10_471 },
        ...{ r2ClassA: 32, r2ClassB: 32, workerCpuMs: 75_762 },
        ...{ d1HotBytes: 233_758_187, d1IndexBytes: 20_816_466, r2StoredBytes: 175_317_658 },
      },
    },
    logs: {
      perGb: {
        ...{ workerRequests: 8_377, objectRequests: 17_964, objectActiveMs: 47_901 },
        ...{ objectRowsRead: 75_749, objectRowsWritten: 78_591, d1RowsRead: 15_259, d1RowsWritten: 10_763 },
        ...{ r2ClassA: 34, r2ClassB: 34, workerCpuMs: 63_572 },
        ...{ d1HotBytes: 169_814_985, d1IndexBytes: 7_782_385, r2StoredBytes: 127_360_337 },
      },
    },
  },
  cronMonth: {
    ...{ workerRequests: 130_320, objectRequests: 0, objectActiveMs: 0, objectRowsRead: 0, objectRowsWritten: 0 },
    ...{
      d1RowsRead: 23_679_360,
      d1RowsWritten: 1_818_720,
      r2ClassA: 239_040,
      r2ClassB: 267_840,
      workerCpuMs: 3_542_400,
    },
    ...{ d1HotBytes: 0, d1IndexBytes: 0, r2StoredBytes: 0 },
  },
};
