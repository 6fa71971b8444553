import { describe, expect, it } from 'vitest';
import { type Budget, Spending, spendingOf } from '../../src/query/search.ts';
import { testCtx } from '../helpers/worker/context.ts';

const BUDGET: Budget = { softBytes: 1_000, hardBytes: 5_000, softMs: 60_000, softCalls: 900 };

describe('what one request may read', () => {
  it('is shared by all its walks', () => {
    const spending = new Spending();
    const [first, second] = [
      { bytes: 0, calls: 500 },
      { bytes: 0, calls: 0 },
    ];
    spending.add(first);
    spending.add(second);
    expect(spending.isOver(BUDGET)).toBe(false);
    second.calls = 400;
    expect(spending.isOver(BUDGET)).toBe(true);
    Object.assign(first, { bytes: 600, calls: 0 });
    Object.assign(second, { bytes: 399, calls: 0 });
    expect(spending.isOver(BUDGET)).toBe(false);
    second.bytes = 400;
    expect(spending.isOver(BUDGET)).toBe(true);
  });

  it('is its own beside others of one invocation, but for the statements, which are counted together', () => {
    const meter = { calls: 899 };
    const [one, other] = [new Spending(meter), new Spending(meter)];
    one.add({ bytes: 1_000, calls: 10 });
    expect([one.isOver(BUDGET), other.isOver(BUDGET)]).toEqual([true, false]);
    meter.calls++;
    expect(other.isOver(BUDGET)).toBe(true);
  });

  it('is that of the request, whichever copy of its context asks, and no other request has it', () => {
    const ctx = testCtx();
    expect(spendingOf({ ...ctx })).toBe(spendingOf(ctx));
    expect(spendingOf(testCtx())).not.toBe(spendingOf(ctx));
  });
});
