import { describe, oneOf, page, required, text } from '../../shared/describe.ts';
import type { Page } from '../../shared/page.ts';
import type { Communication, CommunicationTemplate, TemplatePlaceholders } from '../../wire/compliance.ts';
import { changeTemplateSchema, newTemplateSchema } from '../templates/templates.ts';
import { COMMUNICATION_ORDERS } from './communication-store.ts';
import { communicationSchema } from './communications.ts';

export interface Draft {
  subject: string;
  body: string;
}

export interface CommunicationAnswers {
  'GET /api/compliance/templates': Page<CommunicationTemplate> & { placeholders: TemplatePlaceholders };
  'POST /api/compliance/templates': CommunicationTemplate;
  'PUT /api/compliance/templates/:id': CommunicationTemplate;
  'GET /api/compliance/breaches/:id/communications': Page<Communication>;
  'POST /api/compliance/breaches/:id/communications': Communication;
  'GET /api/compliance/breaches/:id/communications/draft': Draft;
  'GET /api/compliance/deletions/:id/communications': Page<Communication>;
  'POST /api/compliance/deletions/:id/communications': Communication;
  'GET /api/compliance/deletions/:id/communications/draft': Draft;
}

const OF_PROJECT = 'project_disabled not_found';
const TEMPLATE = { name: 'First', purpose: 'breach_affected', subject: '{{title}}', body: '{{advice}}' };
const LIST = {
  access: 'admins',
  query: { order: oneOf(COMMUNICATION_ORDERS, '`asc` unless said: as it was said.'), ...page() },
  codes: OF_PROJECT,
} as const;
const ADD = {
  access: 'admins',
  body: communicationSchema,
  status: 201,
  example: { recipient: 'Authority', channel: 'portal', subject: 'A breach', body: 'As filed.' },
  codes: OF_PROJECT,
} as const;
const DRAFT = {
  access: 'admins',
  query: { template: required(text('Id of a template.')) },
  codes: OF_PROJECT,
} as const;

export default describe<CommunicationAnswers>('Compliance', {
  'GET /api/compliance/templates': { summary: 'Templates of communication', access: 'admins', query: page() },
  'POST /api/compliance/templates': {
    ...{ summary: 'Make a template', access: 'admins', body: newTemplateSchema, status: 201, example: TEMPLATE },
    codes: 'too_many',
  },
  'PUT /api/compliance/templates/:id': {
    ...{
      summary: 'Change a template',
      access: 'admins',
      body: changeTemplateSchema,
      example: { ...TEMPLATE, version: 1 },
    },
    codes: 'template_changed template_built_in',
  },
  'DELETE /api/compliance/templates/:id': {
    ...{ summary: 'Delete a template', access: 'admins', codes: 'template_built_in' },
  },
  'GET /api/compliance/breaches/:id/communications': { summary: 'What was said to whom of a breach', ...LIST },
  'POST /api/compliance/breaches/:id/communications': { summary: 'Write down what was said of a breach', ...ADD },
  'GET /api/compliance/breaches/:id/communications/draft': { summary: 'A template, filled in from a breach', ...DRAFT },
  'GET /api/compliance/deletions/:id/communications': { summary: 'What was said to whom of a request', ...LIST },
  'POST /api/compliance/deletions/:id/communications': { summary: 'Write down what was said of a request', ...ADD },
  'GET /api/compliance/deletions/:id/communications/draft': {
    summary: 'A template, filled in from a request',
    ...DRAFT,
  },
});
