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
        ...{ workerRequests: 8_136, objectRequests: 16_283, objectActiveMs: 43_597 },
        ...{ objectRowsRead: 186_002, objectRowsWritten: 37_860, d1RowsRead: 14_846, d1RowsWritten: 10_482 },
        ...{ r2ClassA: 32, r2ClassB: 32, workerCpuMs: 68_893 },
        ...{ d1HotBytes: 212_561_201, d1IndexBytes: 21_671_717, r2StoredBytes: 159_420_130 },
      },
    },
    logs: {
      perGb: {
        ...{ workerRequests: 8_377, objectRequests: 16_777, objectActiveMs: 44_968 },
        ...{ objectRowsRead: 182_052, objectRowsWritten: 38_793, d1RowsRead: 15_259, d1RowsWritten: 10_774 },
        ...{ r2ClassA: 34, r2ClassB: 34, workerCpuMs: 60_604 },
        ...{ d1HotBytes: 163_048_056, d1IndexBytes: 7_630_544, r2StoredBytes: 122_285_231 },
      },
    },
  },
  cronMonth: {
    ...{ workerRequests: 130_320, objectRequests: 131_040, objectActiveMs: 66_240 },
    ...{ objectRowsRead: 16_560, objectRowsWritten: 141_840, d1RowsRead: 24_124_320, d1RowsWritten: 1_821_600 },
    ...{ r2ClassA: 239_040, r2ClassB: 267_840, workerCpuMs: 2_995_200 },
    ...{ d1HotBytes: 0, d1IndexBytes: 0, r2StoredBytes: 0 },
  },
};
