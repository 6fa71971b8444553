import { describe, PLACE, SENT_ONCE } from '../shared/describe.ts';

export default describe<unknown>('Protocols of others', {
  'POST /loki/api/v1/push': {
    summary: "Loki's push API",
    more: 'JSON, or protobuf in snappy. `X-Breakwater-Rejected` says how many entries were rejected.',
    access: 'ingest',
    ...{ query: PLACE, headers: SENT_ONCE, batch: true, refusals: 'text/plain' },
    body: ['application/json', 'application/x-protobuf'],
    example: { streams: [{ stream: { app: 'x' }, values: [['1760000000000000000', 'hello']] }] },
  },
});
