import { describe, page } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { NewKey } from './create-key.ts';
import { createKeySchema, createProjectSchema, rotateKeySchema, updateProjectSchema } from './schema.ts';
import type { ApiKey, Project } from './types.ts';

export interface ProjectAnswers {
  'GET /api/projects': Page<Project>;
  'POST /api/projects': Project;
  'GET /api/projects/:id': Project;
  'PATCH /api/projects/:id': Project;
  'GET /api/projects/:id/keys': Page<ApiKey>;
  'POST /api/projects/:id/keys': NewKey;
  'POST /api/projects/:id/keys/:keyId/rotate': NewKey;
}

export default describe<ProjectAnswers>('Projects and keys', {
  'GET /api/projects': { summary: 'Projects that the caller may see', access: 'own-projects', query: page() },
  'POST /api/projects': {
    ...{
      summary: 'Create a project',
      access: 'admins',
      body: createProjectSchema,
      status: 201,
      example: { name: 'shop' },
    },
  },
  'GET /api/projects/:id': { summary: 'One project', access: 'read' },
  'PATCH /api/projects/:id': {
    summary: 'Rename it, set its limits, disable or enable it',
    more: 'Limits are in force before the answer; null is the default again. Disabling and enabling needs a proof of the last 30 minutes.',
    ...{ access: 'admin', body: updateProjectSchema, example: { name: 'shop' } },
    codes: 'step_up_required revocation_pending',
  },
  'GET /api/projects/:id/keys': { summary: 'Keys of the project, without their text', access: 'admin', query: page() },
  'POST /api/projects/:id/keys': {
    summary: 'Create a key',
    more: '`key` is shown this once. With the scope `query` or `admin` it needs a proof of the last 30 minutes.',
    ...{ access: 'admin', body: createKeySchema, status: 201, example: { name: 'server', scopes: ['ingest'] } },
    codes: 'step_up_required',
  },
  'POST /api/projects/:id/keys/:keyId/rotate': {
    summary: 'A successor of a key',
    more: 'The old one ends at once, or after `graceSeconds`.',
    ...{ access: 'admin', proof: true, body: rotateKeySchema, status: 201, example: { graceSeconds: 3_600 } },
    codes: 'key_already_revoked revocation_pending',
  },
  'DELETE /api/projects/:id/keys/:keyId': {
    ...{ summary: 'Revoke a key', more: 'In force before the answer.', access: 'admin', codes: 'revocation_pending' },
  },
});
