import { describe, expect, it } from 'vitest';
import { amounts, bill, keepingOf, monthly, total } from '../../scripts/cost/bill.ts';
import { MEASURED } from '../../scripts/cost/measured.ts';
import { type Operations, scaled, withRecords } from '../../scripts/cost/operations.ts';

const NONE: Operations = scaled(MEASURED.cronMonth, 0);
const KEEPING = { hotMonths: 1, archivedMonths: 0 };

function dollars(
  operations: Partial<Operations>,
  keeping: Parameters<typeof amounts>[1],
  withIncluded: boolean,
): number {
  return Number(total(bill(amounts({ ...NONE, ...operations }, keeping), withIncluded)).toFixed(6));
}

describe('the bill', () => {
  // The examples of Cloudflare's own pages: Workers, example 1; R2, standard storage.
  it('is that of the price list for 15 million requests of 7 ms', () => {
    const operations = { ...NONE, workerRequests: 15e6, workerCpuMs: 7 * 15e6 };
    expect(monthly(amounts(operations, KEEPING))).toBeCloseTo(8, 6);
  });

  it('is that of the price list for 1,000 GB in R2', () => {
    expect(
      dollars({ r2StoredBytes: 1e12, r2ClassA: 1_000, r2ClassB: 1e6 }, { hotMonths: 0, archivedMonths: 1 }, true),
    ).toBe(14.85);
  });

  it.each([
    ['a million calls of objects', { objectRequests: 1e6 }, 0.15],
    ['a million rows written in an object', { objectRowsWritten: 1e6 }, 1],
    ['a million rows read in D1', { d1RowsRead: 1e6 }, 0.001],
    ['a gigabyte in D1 for a month', { d1HotBytes: 1e9 }, 0.75],
    ['a million seconds of one object', { objectActiveMs: 1e9 }, 1.6],
  ])('beyond what is included, %s', (_name, operations, expected) => {
    expect(dollars(operations, KEEPING, false)).toBe(expected);
  });

  it('asks for nothing that the plan includes', () => {
    expect(dollars({ objectRowsWritten: 50e6, d1HotBytes: 5e9, workerRequests: 10e6 }, KEEPING, true)).toBe(0);
  });

  it('counts what has no room in the database where it lies: in R2', () => {
    const operations = { d1HotBytes: 20e9, r2StoredBytes: 10e9 };
    const amount = amounts({ ...NONE, ...operations }, { ...KEEPING, d1LimitBytes: 8e9 });
    expect([amount.d1ByteMonths, amount.r2ByteMonths]).toEqual([8e9, 6e9]);
  });

  it('keeps index rows in the database as long as the records are kept', () => {
    const amount = amounts({ ...NONE, d1IndexBytes: 1e9 }, { hotMonths: 1, archivedMonths: 11 });
    expect(amount.d1ByteMonths).toBe(12e9);
  });
});

describe('the time that records are kept', () => {
  it('is a day longer in the database than they are hot: R2 has them meanwhile', () => {
    expect(keepingOf(29, 12)).toEqual({ hotMonths: 1, archivedMonths: 12 });
  });
});

describe('the same records in requests of another size', () => {
  const counted: Operations = { ...NONE, workerRequests: 1_000, objectRequests: 2_200, objectRowsWritten: 4_600 };

  it.each([
    ['the same size: what was counted', 500, 1_000, 2_200, 4_600],
    ['a tenth: ten times the calls and rows of requests, and once what is once a block', 50, 10_000, 20_200, 40_600],
    ['twice: a part of a thousand records, the most that a part has', 1_000, 500, 1_200, 2_600],
    ['ten times: five parts each', 5_000, 100, 400, 1_800],
  ])('of %s', (_, perRequest, workerRequests, objectRequests, objectRowsWritten) => {
    expect(withRecords(counted, 500, perRequest)).toEqual({
      ...counted,
      workerRequests,
      objectRequests,
      objectRowsWritten,
    });
  });
});

describe('what was measured', () => {
  it('has every operation of every kind of records, none of them nothing but time', () => {
    for (const [kind, { perGb }] of Object.entries(MEASURED.workloads)) {
      const nothing = Object.entries(perGb).filter(([, value]) => !(value > 0));
      expect([kind, nothing]).toEqual([kind, []]);
    }
  });
});
