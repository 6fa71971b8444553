import { count, describe, oneOf, text, time, type Whole } from '../shared/describe.ts';
import type { Deployed, ReadyAnswer } from '../wire/health.ts';
import type { LogSettingsAnswer } from '../wire/log-settings.ts';
import { PERFORMANCE_METRICS, type PerformanceReport, type SlowRequest } from '../wire/performance.ts';
import type { JsonMetric } from './metrics-routes.ts';
import { settingsSchema } from './own-logs/settings-routes.ts';

export interface Health extends Deployed {
  status: 'ok';
}

export interface ObservabilityAnswers {
  'GET /health': Health;
  'GET /api/health': Health;
  'GET /api/ready': ReadyAnswer;
  'GET /api/metrics': { metrics: JsonMetric[] };
  'GET /api/metrics/report': PerformanceReport;
  'GET /api/metrics/slow': Whole<SlowRequest>;
  'GET /api/log-settings': LogSettingsAnswer;
  'PUT /api/log-settings': LogSettingsAnswer;
}

const RANGE = {
  from: time('From this on; an hour before `to` unless said.'),
  to: time('Before this; now unless said.'),
};

export default describe<ObservabilityAnswers>('Health', {
  'GET /health': { summary: 'Alive: touches no store', access: 'public' },
  'GET /api/health': { summary: 'Alive: touches no store', access: 'public' },
  'GET /api/ready': {
    summary: 'Whether every dependency answers, and how far behind the rest is',
    more: '503 with the same body where requests cannot be served.',
    ...{ access: 'public', status: [200, 503] },
  },
  'GET /api/metrics': {
    summary: 'Metrics for Prometheus',
    more: 'Of the projects that the caller may read; to administrators of the deployment too.',
    access: 'own-projects',
    query: { format: oneOf(['json'], 'JSON instead of text.') },
    media: ['text/plain', 'application/openmetrics-text'],
  },
  'GET /api/metrics/report': {
    summary: 'How long requests, calls and alarms of the deployment took',
    more: 'By minute within the last three hours, by hour up to eight days, by day beyond. Percentiles have 1 % relative error.',
    access: 'deployment',
    query: { ...RANGE, metric: oneOf(['all', ...PERFORMANCE_METRICS], '`all` unless said.') },
    codes: 'invalid_input',
  },
  'GET /api/metrics/slow': {
    summary: 'Slow requests with the calls that they made, the slowest first',
    access: 'deployment',
    query: { ...RANGE, route: text('As registered.'), limit: count(1, 200, 50, 'How many items at most.') },
    codes: 'invalid_input',
  },
  'GET /api/log-settings': { summary: 'Which project the own log of the deployment is kept in', access: 'admins' },
  'PUT /api/log-settings': {
    summary: 'Keep the own log of the deployment as records of a project, or nowhere',
    ...{ access: 'admins', body: settingsSchema, example: { projectId: null } },
  },
});
