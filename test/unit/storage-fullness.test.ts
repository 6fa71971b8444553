import { describe, expect, it } from 'vitest';
import { fullnessOf } from '../../src/jobs/storage/fullness.ts';

describe('what is told of a database that fills up', () => {
  it.each([
    // percent, told so far, told then, what is told
    [0, 0, 0, null],
    [79.9, 0, 0, null],
    [80, 0, 80, 80],
    [94.9, 80, 80, null],
    [95, 80, 95, 95],
    [99, 0, 95, 95],
    [100, 95, 95, null],
    // It goes up and down about a mark: once is enough.
    [90, 95, 95, null],
    [89.9, 95, 80, null],
    [95, 80, 95, 95],
    [75, 80, 80, null],
    [74.9, 80, 0, null],
    [80, 0, 80, 80],
    [10, 95, 0, null],
  ])('at %d %% with %d told: %d from then on, and %s', (percent, told, then, tell) => {
    expect(fullnessOf(percent, told)).toEqual({ told: then, tell });
  });
});
