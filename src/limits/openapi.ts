import { describe } from '../shared/describe.ts';
import type { LimitsAnswer } from './project-limits.ts';
import type { Cardinality } from './types.ts';

export interface LimitAnswers {
  'GET /api/projects/:id/limits': LimitsAnswer;
  'GET /api/projects/:id/cardinality': Cardinality;
  'POST /api/projects/:id/cardinality/release': { released: number };
}

export default describe<LimitAnswers>('Projects and keys', {
  'GET /api/projects/:id/limits': { summary: 'What the project may do, and how much of it is used', access: 'read' },
  'GET /api/projects/:id/cardinality': {
    summary: 'Names and values of today, and what is over the limits',
    access: 'read',
  },
  'POST /api/projects/:id/cardinality/release': { summary: 'Empty the quarantine list', access: 'admin' },
});
