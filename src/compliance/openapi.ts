import { describe, oneOf, page, text, type Whole } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import {
  type AffectedUser,
  BREACH_STATES,
  type Breach,
  type BreachNotification,
  type BreachReport,
  type BreachSearch,
  type Regime,
} from '../wire/compliance.ts';
import { affectedSearchSchema } from './breaches/affected/schema.ts';
import { notifySchema } from './breaches/notify/start.ts';
import { changeBreachSchema, clockAnswerSchema, newBreachSchema, resolveSchema } from './breaches/register/schema.ts';
import { regimeSchema } from './regimes/schema.ts';

export interface BreachAnswers {
  'GET /api/compliance/regimes': Whole<Regime>;
  'PUT /api/compliance/regimes/:id': Regime;
  'GET /api/compliance/breaches': Page<Breach>;
  'POST /api/compliance/breaches': Breach;
  'GET /api/compliance/breaches/:id': Breach;
  'PATCH /api/compliance/breaches/:id': Breach;
  'POST /api/compliance/breaches/:id/clocks/:clock': Breach;
  'POST /api/compliance/breaches/:id/resolve': Breach;
  'GET /api/compliance/breaches/:id/affected': Page<AffectedUser>;
  'POST /api/compliance/breaches/:id/affected': BreachSearch;
  'GET /api/compliance/breaches/:id/searches': Whole<BreachSearch>;
  'POST /api/compliance/breaches/:id/searches/stop': Whole<BreachSearch>;
  'GET /api/compliance/breaches/:id/notify': Whole<BreachNotification>;
  'POST /api/compliance/breaches/:id/notify': BreachNotification;
  'POST /api/compliance/breaches/:id/notify/stop': BreachNotification;
  'GET /api/compliance/breaches/:id/report': BreachReport;
}

const OF_PROJECT = 'project_disabled not_found';

export default describe<BreachAnswers>('Compliance', {
  'GET /api/compliance/regimes': { summary: 'Regimes, each in its newest version', access: 'admins' },
  'PUT /api/compliance/regimes/:id': {
    summary: 'Make a regime, or its next version',
    more: '`version` 0 makes one.',
    ...{ access: 'admins', body: regimeSchema, codes: 'regime_changed regime_built_in too_many' },
  },
  'GET /api/compliance/breaches': {
    summary: 'Breaches, the next clock to run out first',
    access: 'admins',
    query: { project: text('Only of this one.'), state: oneOf(BREACH_STATES, 'Only those.'), ...page(200, 50) },
    codes: OF_PROJECT,
  },
  'POST /api/compliance/breaches': {
    ...{ summary: 'Open a breach', access: 'admins', body: newBreachSchema, status: 201 },
    example: { title: 'A breach', detectedAtMs: 1, awareAtMs: 2, regimeIds: ['gdpr'] },
    codes: OF_PROJECT,
  },
  'GET /api/compliance/breaches/:id': { summary: 'One breach', access: 'admins', codes: OF_PROJECT },
  'PATCH /api/compliance/breaches/:id': {
    summary: 'Change a breach',
    more: 'What is left out stays.',
    ...{ access: 'admins', body: changeBreachSchema, example: { version: 1, nature: 'read' } },
    codes: `breach_changed breach_resolved ${OF_PROJECT}`,
  },
  'POST /api/compliance/breaches/:id/clocks/:clock': {
    summary: 'Say when a duty was done, or that it is not needed',
    ...{ access: 'admins', body: clockAnswerSchema, example: { notNeeded: true, note: 'No risk.' } },
    codes: `breach_changed breach_resolved ${OF_PROJECT}`,
  },
  'POST /api/compliance/breaches/:id/resolve': {
    summary: 'Resolve a breach',
    ...{ access: 'admins', proof: true, body: resolveSchema, example: { version: 1, resolution: 'Over.' } },
    codes: `clocks_open affected_in_work breach_changed breach_resolved ${OF_PROJECT}`,
  },
  'GET /api/compliance/breaches/:id/affected': {
    summary: 'Users that are affected, with what became of the notification',
    access: 'admins',
    query: {
      state: oneOf(['none', 'pending', 'queued', 'delivered', 'failed'], 'Only those.'),
      ...page(1_000, 100),
    },
    codes: OF_PROJECT,
  },
  'POST /api/compliance/breaches/:id/affected': {
    summary: 'Look up who is affected',
    ...{ access: 'admins', body: affectedSearchSchema, status: 201, example: { q: '', from: 0, to: 1 } },
    codes: `too_many breach_resolved invalid_query ${OF_PROJECT}`,
  },
  'GET /api/compliance/breaches/:id/searches': {
    ...{ summary: 'How those affected were looked up', access: 'admins', codes: OF_PROJECT },
  },
  'POST /api/compliance/breaches/:id/searches/stop': {
    ...{ summary: 'End the searches that run', access: 'admins', codes: OF_PROJECT },
  },
  'GET /api/compliance/breaches/:id/notify': {
    ...{ summary: 'Notifications, the newest first', access: 'admins', codes: OF_PROJECT },
  },
  'POST /api/compliance/breaches/:id/notify': {
    summary: 'Tell each affected user by a destination',
    ...{ access: 'admins', proof: true, body: notifySchema, status: 201 },
    example: { destinationId: 'dst_1', subject: 'A breach', body: 'Read this.' },
    codes: `nobody_affected breach_resolved ${OF_PROJECT}`,
  },
  'POST /api/compliance/breaches/:id/notify/stop': {
    ...{ summary: 'Halt the notification', access: 'admins', codes: `not_notifying ${OF_PROJECT}` },
  },
  'GET /api/compliance/breaches/:id/report': {
    summary: 'The report to the authority',
    access: 'admins',
    query: {
      regime: text('May be left out where the breach has one.'),
      format: oneOf(['json', 'html'], '`json` unless said.'),
    },
    media: ['text/html'],
    codes: OF_PROJECT,
  },
});
