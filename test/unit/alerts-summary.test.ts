import { describe, expect, it } from 'vitest';
import { firingOf, type GroupState } from '../../src/alerts/state/index.ts';
import type { Condition } from '../../src/wire/alerts.ts';
import { COUNT_ERRORS, ruleOf } from '../helpers/alert-rules.ts';

const stateOf = (change: Partial<GroupState> = {}): GroupState => ({
  ...{ firingId: 'frg_1', group: '', phase: 'firing', pendingSinceMs: 0, firedAtMs: 0, resolvedAtMs: null },
  ...{
    value: 12,
    note: null,
    clearSinceMs: null,
    goneSinceMs: null,
    notices: 1,
    lastNoticeAtMs: 0,
    acknowledged: null,
  },
  ...change,
});
const measure = (change: object): Condition => ({
  ...{ kind: 'measure', source: 'vitals', name: 'LCP', stat: 'p95', labels: {}, by: 'page', leastCount: 1 },
  ...{ comparison: 'above', threshold: 2_500 },
  ...change,
});

describe('a firing says in a sentence', () => {
  it.each<[Condition, Partial<GroupState>, string]>([
    [COUNT_ERRORS, {}, '12 records of logs that match level:error in 5 minutes, more than 10.'],
    [
      { ...COUNT_ERRORS, query: ' ', groupBy: 'service', comparison: 'below' },
      { group: 'api', value: 0 },
      '0 records of logs in 5 minutes, less than 10 (service api).',
    ],
    [measure({}), { group: '/pay', value: 4_123.4 }, 'p95 of LCP was 4,123 in 5 minutes, more than 2,500 (page /pay).'],
    [
      measure({ source: 'operations', name: 'p2p', stat: 'failure_rate', by: null, threshold: 0.05 }),
      { value: 0.1234 },
      'share of failures of p2p was 12.3 % in 5 minutes, more than 5 %.',
    ],
    [
      { kind: 'error_rate', fingerprint: null, threshold: 3 },
      { group: 'ab12' },
      '12 errors of group ab12 in 5 minutes, more than 3.',
    ],
    [
      { kind: 'error_rate', fingerprint: 'cd34', threshold: 3 },
      {},
      '12 errors of group cd34 in 5 minutes, more than 3.',
    ],
    [
      { kind: 'fraud_score', minScore: 80, threshold: 3 },
      {},
      '12 fraud events with a score of at least 80 in 5 minutes, more than 3.',
    ],
    [
      { kind: 'cookie_bloat', stat: 'max_bytes', threshold: 8_000 },
      { value: 9_120 },
      'The largest Cookie header of today has 9,120 bytes, more than 8,000.',
    ],
    [
      { kind: 'anomaly', stream: 'vitals', name: 'LCP', stat: 'p75', by: 'device' },
      { group: 'mobile', value: 5, note: 'p75 of LCP on mobile was 4.1 s at 14:00 UTC' },
      'p75 of LCP on mobile was 4.1 s at 14:00 UTC.',
    ],
    [
      { kind: 'silence', stream: 'logs', query: 'service:api' },
      { value: 0 },
      'No records of logs that match service:api in 5 minutes.',
    ],
    [
      COUNT_ERRORS,
      { phase: 'resolved', resolvedAtMs: 750_000 },
      'Over after 12 minutes and 30 seconds: 12 records of logs that match level:error in 5 minutes, more than 10.',
    ],
  ])('%#: what it is about', (condition, change, summary) => {
    expect(firingOf(ruleOf({ condition }), stateOf(change), null).summary).toBe(summary);
  });

  it('and shows its labels with the one that it groups by, and the threshold', () => {
    const rule = ruleOf({ labels: { team: 'pay' }, condition: { ...COUNT_ERRORS, groupBy: 'service' } });
    expect(firingOf(rule, stateOf({ group: 'api' }), 'muted')).toMatchObject({
      ...{ id: 'frg_1', labels: { team: 'pay', service: 'api' }, group: 'api', threshold: 10, quiet: 'muted' },
    });
  });
});
