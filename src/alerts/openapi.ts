import { describe, oneOf, page, text, type Whole } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import { type AlertRule, FIRING_STATES, type Firing, type RulePreview, type Silence } from '../wire/alerts.ts';
import type { Acknowledgement } from './calls.ts';
import { acknowledgeSchema } from './firings/acknowledge.ts';
import type { ListedRule } from './rules/list-rules.ts';
import { changeRuleSchema, ruleSchema } from './rules/schema.ts';
import { silenceSchema } from './silences/silence.ts';

export interface AlertAnswers {
  'GET /api/alerts/rules': Page<ListedRule>;
  'POST /api/alerts/rules': AlertRule;
  'POST /api/alerts/rules/preview': RulePreview;
  'GET /api/alerts/rules/:id': ListedRule;
  'PUT /api/alerts/rules/:id': AlertRule;
  'GET /api/alerts/firings': Page<Firing>;
  'GET /api/alerts/firings/:id': Firing;
  'POST /api/alerts/firings/:id/acknowledge': Acknowledgement;
  'GET /api/alerts/silences': Whole<Silence>;
  'POST /api/alerts/silences': Silence;
}

const RULE = { name: 'No logs', condition: { kind: 'silence', stream: 'logs' }, windowSeconds: 600 };
const PENDING = 'alerts_pending';

export default describe<AlertAnswers>('Alerts', {
  'GET /api/alerts/rules': {
    summary: 'Rules, each with what it is doing now',
    more: '`status` is null where the object that counts does not answer.',
    access: 'read',
    query: page(),
  },
  'POST /api/alerts/rules': {
    ...{ summary: 'Make a rule', access: 'write', body: ruleSchema, status: 201, example: RULE },
    codes: `too_many_rules invalid_query ${PENDING}`,
  },
  'POST /api/alerts/rules/preview': {
    summary: 'When a rule would have fired in the last week',
    more: 'Changes nothing.',
    ...{ access: 'read', body: ruleSchema, example: RULE },
    codes: 'invalid_query query_too_broad block_unreadable',
  },
  'GET /api/alerts/rules/:id': { summary: 'One rule', access: 'read' },
  'PUT /api/alerts/rules/:id': {
    summary: 'Change a rule',
    more: 'With `version`, the one that the change was made from.',
    ...{ access: 'write', body: changeRuleSchema, example: RULE },
    codes: `rule_changed invalid_query ${PENDING}`,
  },
  'DELETE /api/alerts/rules/:id': { summary: 'Delete a rule', access: 'write', codes: PENDING },
  'GET /api/alerts/firings': {
    summary: 'What fires and what did, newest first',
    access: 'read',
    query: {
      state: oneOf(FIRING_STATES, 'Only those.'),
      rule: text('Id of a rule: only its firings.'),
      ...page(200, 50),
    },
  },
  'GET /api/alerts/firings/:id': { summary: 'One firing', access: 'read' },
  'POST /api/alerts/firings/:id/acknowledge': {
    summary: 'Say that somebody is on it: it is not repeated',
    ...{ access: 'write', body: acknowledgeSchema, example: { note: 'On it.' } },
    codes: `firing_over ${PENDING}`,
  },
  'GET /api/alerts/silences': { summary: 'Silences that have not ended', access: 'read' },
  'POST /api/alerts/silences': {
    summary: 'Silence what has these labels until then',
    ...{ access: 'write', body: silenceSchema, status: 201 },
    codes: `too_many_silences ${PENDING}`,
  },
  'DELETE /api/alerts/silences/:id': { summary: 'End a silence', access: 'write', codes: PENDING },
});
