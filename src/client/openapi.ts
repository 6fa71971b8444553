import { describe } from '../shared/describe.ts';
import { CLIENT_FILE } from './file.ts';

export default describe<unknown>('Browser SDK', {
  'GET /api/js/:file': {
    summary: 'The script for pages, and its source maps',
    more: '`client.min.js`, `extra.min.js`, each also with its hash in the name and with `.map`; by `Accept-Encoding`, with `ETag`.',
    path: {
      file: { schema: { type: 'string', pattern: CLIENT_FILE.source }, description: 'Such as `client.min.js`.' },
    },
    ...{ access: 'public', media: ['text/javascript', 'application/json'], empty: [304] },
  },
});
