import { count, describe, oneOf, text, time } from '../shared/describe.ts';
import type { AnomalyPage } from '../wire/operations.ts';

export interface AnomalyAnswers {
  'GET /api/query/anomalies': AnomalyPage;
}

export default describe<AnomalyAnswers>('Query', {
  'GET /api/query/anomalies': {
    summary: 'Hours out of what is usual, newest first',
    access: 'read',
    query: {
      stream: oneOf(['vitals', 'operations', 'metrics', 'errors'], 'Only of these.'),
      name: text('Of a vital, metric or operation.'),
      stat: text('What of it: p75, count, failedShare …'),
      by: text('A label, each value of which is looked at.'),
      value: text('Only this value of the label `by`.'),
      from: time('From this hour on.'),
      to: time('Before this.'),
      refresh: text('`true` looks anew instead of answering from the cache.'),
      limit: count(1, 1_000, null, 'How many items at most.'),
      cursor: text('`nextCursor` of the page before.'),
    },
    codes: 'invalid_query query_too_broad block_unreadable',
  },
});
