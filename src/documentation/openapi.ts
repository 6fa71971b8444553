import { describe } from '../shared/describe.ts';

export default describe<unknown>('API documentation', {
  'GET /api/openapi.json': {
    ...{ summary: 'This document', access: 'public', media: ['application/json'], empty: [304] },
  },
  'GET /api/docs': { summary: 'This document as a page', access: 'public', media: ['text/html'], empty: [304] },
});
