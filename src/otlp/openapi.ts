import { describe, type Operation, SENT_ONCE, text } from '../shared/describe.ts';

/** OTLP's own answer: empty, or what was rejected. */
const EXPORT = {
  access: 'ingest',
  ...{ query: { service: text('Of resources without `service.name`.') }, headers: SENT_ONCE, batch: true },
  body: ['application/json', 'application/x-protobuf'],
  media: ['application/json', 'application/x-protobuf'],
  refusals: 'google.rpc.Status',
} as const satisfies Partial<Operation>;
const ASKED = { summary: 'What browsers ask before they send', access: 'public' } as const;

export default describe<unknown>('Protocols of others', {
  'OPTIONS /v1/logs': ASKED,
  'POST /v1/logs': { summary: 'OTLP/HTTP: logs', ...EXPORT, example: { resourceLogs: [] } },
  'OPTIONS /v1/metrics': ASKED,
  'POST /v1/metrics': { summary: 'OTLP/HTTP: metrics', ...EXPORT, example: { resourceMetrics: [] } },
  'OPTIONS /v1/traces': ASKED,
  'POST /v1/traces': { summary: 'OTLP/HTTP: spans', ...EXPORT, example: { resourceSpans: [] } },
});
