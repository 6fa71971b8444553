import type { AlertRuleInput, Condition } from '../../../../wire/alerts.ts';
import { freshRule } from './rule-draft.ts';

interface StartingRule {
  rule: AlertRuleInput;
  /** What it is good for. */
  why: string;
}

const rule = (name: string, condition: Condition, change: Partial<AlertRuleInput> = {}): AlertRuleInput => ({
  ...freshRule(condition),
  name,
  ...change,
});

/** What is worth watching in every product, each one click away. The first is the one that the command on the page fires. */
export const STARTING_RULES: readonly StartingRule[] = [
  {
    why: 'More than 10 errors in 5 minutes, told apart by service.',
    rule: rule('Errors in the logs', {
      ...{ kind: 'log_count', stream: 'logs', query: 'level:>=error', comparison: 'above', threshold: 10 },
      groupBy: 'service',
    }),
  },
  {
    why: 'One group of errors happens more than 20 times in 5 minutes.',
    rule: rule(
      'An error happens often',
      { kind: 'error_rate', fingerprint: null, threshold: 20 },
      { severity: 'critical' },
    ),
  },
  {
    why: 'The largest part of a page is there after 4 s for a quarter of the visits of an hour.',
    rule: rule('Slow pages', {
      ...{ kind: 'measure', source: 'vitals', name: 'LCP', stat: 'p75', labels: {}, by: null, leastCount: 20 },
      ...{ comparison: 'above', threshold: 4_000 },
    }),
  },
  {
    why: 'More than 5 events with a score of 80 or more in 5 minutes.',
    rule: rule('High fraud scores', { kind: 'fraud_score', minScore: 80, threshold: 5 }, { severity: 'critical' }),
  },
  {
    why: 'No record at all for 15 minutes: the sender, or the way to here, is broken.',
    rule: rule('Nothing arrives', { kind: 'silence', stream: 'logs', query: '' }, { severity: 'critical' }),
  },
];
