import { describe, oneOf } from '../shared/describe.ts';
import type { Metric } from './exposition.ts';
import type { Check } from './readiness.ts';

export interface Health {
  status: 'ok';
  version: string;
}

export interface Readiness {
  status: 'ready' | 'not_ready';
  checks: Check[];
  /** How far behind the move to R2 is; null where the database does not say. It decides nothing. */
  archive: { lagMs: number; dueBlocks: number } | null;
}

export interface HealthAnswers {
  'GET /health': Health;
  'GET /api/health': Health;
  'GET /api/ready': Readiness;
  'GET /api/metrics': { metrics: Metric[] };
}

export default describe<HealthAnswers>('Health', {
  'GET /health': { summary: 'Alive: touches no store', access: 'public' },
  'GET /api/health': { summary: 'Alive: touches no store', access: 'public' },
  'GET /api/ready': {
    summary: 'Whether every dependency answers',
    more: '503 with the same body where one does not.',
    ...{ access: 'public', status: [200, 503] },
  },
  'GET /api/metrics': {
    summary: 'Metrics for Prometheus',
    more: 'Of the projects that the caller may read; to administrators of the deployment too.',
    access: 'own-projects',
    query: { format: oneOf(['json'], 'JSON instead of text.') },
    media: ['text/plain'],
  },
});
