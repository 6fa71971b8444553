import { count, describe, oneOf, text, type Whole } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { DryRun, ReviewedEvent, RuleQuality, RulesAnswer } from '../wire/fraud.ts';
import { dryRunSchema, verdictSchema } from './risk-routes.ts';
import { changeSettingsSchema } from './settings-schema.ts';
import type { StoredVerdict } from './verdict-store.ts';

export interface RiskAnswers {
  'GET /api/fraud/rules': RulesAnswer;
  'PUT /api/fraud/rules': RulesAnswer;
  'POST /api/fraud/rules/dry-run': DryRun;
  'GET /api/fraud/rules/quality': Whole<RuleQuality>;
  'GET /api/fraud/reviews': Page<ReviewedEvent>;
  'POST /api/fraud/reviews/:eventId': StoredVerdict;
}

export default describe<RiskAnswers>('Fraud', {
  'GET /api/fraud/rules': { summary: 'The rules that score', access: 'read' },
  'PUT /api/fraud/rules': {
    ...{ summary: 'Change the rules that score', access: 'admin', proof: true, body: changeSettingsSchema },
    ...{ example: { version: 0, denyAt: 90 }, codes: 'settings_changed settings_pending' },
  },
  'POST /api/fraud/rules/dry-run': {
    summary: 'What other rules would have decided',
    ...{ access: 'write', body: dryRunSchema, example: { settings: { denyAt: 90 } } },
  },
  'GET /api/fraud/rules/quality': { summary: 'How often each rule was right', access: 'read' },
  'GET /api/fraud/reviews': {
    summary: 'Events that wait for a reviewer, or that were reviewed',
    access: 'read',
    query: {
      status: oneOf(['open', 'decided'], '`open` unless said.'),
      limit: count(1, 200, 50, 'How many items at most.'),
      cursor: text('`nextCursor` of the page before.'),
    },
  },
  'POST /api/fraud/reviews/:eventId': {
    ...{ summary: 'Say what an event was', access: 'write', body: verdictSchema, example: { verdict: 'legitimate' } },
    codes: 'verdict_pending',
  },
});
