import type { OperationScope, TrendMetric } from '../../../wire/operations.ts';

export const SCOPE_WORDS: Readonly<Record<OperationScope, string>> = { p2p: 'Peer to peer', profile: 'Profile' };

export const METRIC_WORDS: Readonly<Record<TrendMetric, string>> = {
  count: 'Operations',
  failed: 'Failed',
  successRate: 'Success rate',
  avg: 'Mean time',
  p50: 'Median time (p50)',
  p95: '95 of 100 within (p95)',
  p99: '99 of 100 within (p99)',
  bytes: 'Bytes',
};
