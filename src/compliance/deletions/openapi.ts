import { describe, oneOf, page, text } from '../../shared/describe.ts';
import type { Page } from '../../shared/page.ts';
import { DELETION_STATES, type DeletionRequest, type ErasureReceipt } from '../../wire/compliance.ts';
import { cancelSchema, deletionSchema, holdSchema } from './requests/schema.ts';

export interface DeletionAnswers {
  'GET /api/compliance/deletions': Page<DeletionRequest>;
  'POST /api/compliance/deletions': DeletionRequest;
  'GET /api/compliance/deletions/:id': DeletionRequest;
  'POST /api/compliance/deletions/:id/cancel': DeletionRequest;
  'POST /api/compliance/deletions/:id/execute': DeletionRequest;
  'POST /api/compliance/deletions/:id/holds': DeletionRequest;
  'POST /api/compliance/deletions/:id/holds/:hold/release': DeletionRequest;
  'GET /api/compliance/deletions/:id/receipt': ErasureReceipt;
}

const OF_PROJECT = 'project_disabled not_found';

export default describe<DeletionAnswers>('Compliance', {
  'GET /api/compliance/deletions': {
    summary: 'Requests for deletion, the newest first',
    access: 'admins',
    query: { project: text('Only of this one.'), state: oneOf(DELETION_STATES, 'Only those.'), ...page(200, 50) },
    codes: OF_PROJECT,
  },
  'POST /api/compliance/deletions': {
    ...{ summary: 'Enter a request for deletion', access: 'admins', body: deletionSchema, status: 201 },
    example: { projectId: 'prj_1', identity: { userIds: ['u1'] }, regimeId: 'gdpr', receivedAtMs: 1 },
    codes: `deletion_exists ${OF_PROJECT}`,
  },
  'GET /api/compliance/deletions/:id': { summary: 'One request for deletion', access: 'admins', codes: OF_PROJECT },
  'POST /api/compliance/deletions/:id/cancel': {
    ...{ summary: 'Cancel it', access: 'admins', proof: true, body: cancelSchema, example: { reason: 'Taken back.' } },
    codes: `deletion_begun deletion_ended ${OF_PROJECT}`,
  },
  'POST /api/compliance/deletions/:id/execute': {
    summary: 'End the grace period',
    ...{ access: 'admins', proof: true, codes: `deletion_ended ${OF_PROJECT}` },
  },
  'POST /api/compliance/deletions/:id/holds': {
    summary: 'Hold a category, or one stream of the records',
    ...{ access: 'admins', proof: true, body: holdSchema, status: 201 },
    example: { category: 'caches', reason: 'A dispute.' },
    codes: `already_held already_erased deletion_ended ${OF_PROJECT}`,
  },
  'POST /api/compliance/deletions/:id/holds/:hold/release': {
    ...{ summary: 'Release a hold', access: 'admins', proof: true, codes: `deletion_ended ${OF_PROJECT}` },
  },
  'GET /api/compliance/deletions/:id/receipt': {
    summary: 'What was erased, and what was not',
    access: 'admins',
    query: { format: oneOf(['json', 'html'], '`json` unless said.') },
    media: ['text/html'],
    codes: `not_executed ${OF_PROJECT}`,
  },
});
