import { count, describe, oneOf, text } from '../shared/describe.ts';
import {
  OPERATION_SCOPES,
  type OperationData,
  type OperationHistory,
  type OperationMetrics,
  type OperationTrends,
  TREND_INTERVALS,
  TREND_METRICS,
} from '../wire/operations.ts';

export interface OperationAnswers {
  'GET /api/p2p/metrics': OperationMetrics;
  'GET /api/p2p/trends': OperationTrends;
  'GET /api/profile/metrics': OperationMetrics;
  'GET /api/profile/trends': OperationTrends;
  'GET /api/history': OperationHistory;
  'GET /api/data': OperationData;
}

const SELECTION = {
  gateway: text('Only of this one.'),
  operation: text('Only this one.'),
  refresh: text('`1` computes anew instead of answering from the cache.'),
};
const HOURS = { hours: count(1, 8_760, 24, 'How far back.') };
const SCOPE = { scope: oneOf(OPERATION_SCOPES, '`p2p` unless said.') };
const METRICS = {
  access: 'read',
  query: { ...SELECTION, ...HOURS },
  codes: 'query_too_broad block_unreadable',
} as const;
const TRENDS = {
  access: 'read',
  query: {
    metric: oneOf(TREND_METRICS, '`count` unless said.'),
    interval: oneOf([...TREND_INTERVALS, '1m', '1h', '1d'], '`hour` unless said.'),
    period: text('Hours or days, such as `24h` or `30d`.'),
    ...SELECTION,
  },
  codes: 'query_too_broad block_unreadable',
} as const;

export default describe<OperationAnswers>('Operations', {
  'GET /api/p2p/metrics': { summary: 'Payments between people: counts, success, durations', ...METRICS },
  'GET /api/p2p/trends': { summary: 'Payments between people: one number over time', ...TRENDS },
  'GET /api/profile/metrics': { summary: 'Profiles: counts, success, durations', ...METRICS },
  'GET /api/profile/trends': { summary: 'Profiles: one number over time', ...TRENDS },
  'GET /api/history': {
    summary: 'The numbers of a scope hour by hour',
    ...METRICS,
    query: { ...SCOPE, ...METRICS.query },
  },
  'GET /api/data': {
    ...{ summary: 'What a dashboard of one scope shows at once', ...METRICS, query: { ...SCOPE, ...SELECTION } },
  },
});
