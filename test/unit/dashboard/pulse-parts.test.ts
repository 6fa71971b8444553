import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../src/dashboard/lib/pulse-parts.ts';
import type { Pulse } from '../../../src/wire/alerts.ts';

const NOW_MS = 1_790_000_000_000;
const WELL: Pulse = {
  ...{ dnsRatio: 0.95, failureRate: 0, breaker: { state: 'CLOSED', sinceMs: NOW_MS - 60_000 }, cookies: null },
  ...{ firing: { critical: 0, warning: 0, info: 0 }, deadLetters: 0, unknown: 0, refusing: 0, atMs: NOW_MS },
};
const labelled = (pulse: Pulse | null, label: string) =>
  cellsOf(pulse, false, NOW_MS).filter((cell) => cell.label === label);

describe('the pulse in the top bar', () => {
  it('has nothing to add while every destination answers', () => {
    expect(labelled(WELL, 'Webhooks')).toEqual([]);
    expect(labelled(WELL, 'DNS')).toMatchObject([{ tone: 'ok' }]);
  });

  it('says how many destinations do not answer, however well the others are', () => {
    expect(labelled({ ...WELL, unknown: 2 }, 'Webhooks')).toMatchObject([{ word: '2 not answering', tone: 'bad' }]);
  });

  it('does not take destinations that do not answer for none', () => {
    const silent: Pulse = { ...WELL, dnsRatio: null, failureRate: null, breaker: { state: 'CLOSED', sinceMs: null } };
    expect(labelled({ ...silent, unknown: 1 }, 'Webhooks')).toMatchObject([{ word: '1 not answering' }]);
    expect(labelled(silent, 'Webhooks')).toMatchObject([{ word: 'no destination' }]);
  });
});
