import { describe, type Operation, PLACE, SENT_ONCE, text } from '../shared/describe.ts';

const BULK = {
  more: 'Actions `create` and `index`; an item for each, in their order.',
  access: 'ingest',
  query: { ...PLACE, filter_path: text('What of the answer is wanted.') },
  ...{ headers: SENT_ONCE, batch: true, refusals: 'elastic' },
  body: ['application/x-ndjson', 'application/json'],
  media: ['application/json', 'application/vnd.elasticsearch+json'],
  example: '{"create":{"_index":"app"}}\n{"message":"hello"}\n',
} as const satisfies Partial<Operation>;
const PROBE = {
  more: 'As of a version 8, in which each template, policy and data stream is there.',
  ...{ access: 'probe', refusals: 'elastic', media: ['application/json', 'application/vnd.elasticsearch+json'] },
} as const satisfies Partial<Operation>;

export default describe<unknown>('Protocols of others', {
  'GET /': {
    summary: 'The dashboard; to clients of Elasticsearch what its root says',
    ...{ access: 'public', media: ['text/html', 'application/json', 'application/vnd.elasticsearch+json'] },
    refusals: 'elastic',
    codes: 'key_missing key_invalid key_revoked project_disabled scope_missing origin_refused key_in_url',
    empty: [304],
  },
  'POST /_bulk': { summary: "Elasticsearch's bulk API", ...BULK },
  'PUT /_bulk': { summary: "Elasticsearch's bulk API, as POST", ...BULK },
  'POST /:index/_bulk': { summary: "Elasticsearch's bulk API with an index", ...BULK },
  'PUT /:index/_bulk': { summary: "Elasticsearch's bulk API with an index, as POST", ...BULK },
  'GET /_cluster/health': { summary: 'What shippers ask: health', ...PROBE },
  'GET /_license': { summary: 'What shippers ask: licence', ...PROBE },
  'GET /_xpack': { summary: 'What shippers ask: features', ...PROBE },
  'GET /_ilm/policy/:name': { summary: 'What shippers ask: a policy', ...PROBE },
  'GET /_index_template/:name': { summary: 'What shippers ask: an index template', ...PROBE },
  'GET /_template/:name': { summary: 'What shippers ask: a template', ...PROBE },
  'GET /_data_stream/:name': { summary: 'What shippers ask: a data stream', ...PROBE },
});
