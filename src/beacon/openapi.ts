import { describe, oneOf, text } from '../shared/describe.ts';

export default describe<unknown>('Ingest', {
  'OPTIONS /api/beacon': { summary: 'What browsers ask before they send', access: 'public' },
  'POST /api/beacon': {
    summary: 'Store what a page sends as it goes',
    more: 'Of `navigator.sendBeacon`: the key is in the URL, and the type of the body does not count. `X-Breakwater-Rejected` says how many records were rejected.',
    access: 'ingest',
    query: {
      key: text('A key that may only write.'),
      encoding: oneOf(['gzip', 'deflate', 'zstd', 'br', 'snappy'], 'Of the body.'),
      service: text('Of records that name none.'),
    },
    body: ['application/json', 'text/plain'],
    batch: true,
  },
});
