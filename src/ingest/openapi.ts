import { describe, PLACE, SENT_ONCE, text, time, type Whole } from '../shared/describe.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import type { Ledger } from './ledger.ts';
import type { RefusedKeys } from './refused-keys.ts';

export interface IngestAnswers {
  'POST /api/ingest': IngestAnswer;
  'GET /api/projects/:id/ledger': Ledger;
  'GET /api/refused-keys': Whole<RefusedKeys>;
}

export default describe<IngestAnswers>('Ingest', {
  'OPTIONS /api/ingest': { summary: 'What browsers ask before they send', access: 'public' },
  'POST /api/ingest': {
    summary: 'Store records',
    more: 'One JSON object, an array, NDJSON, or an object whose only member is such a list; by `Content-Encoding` gzip, deflate, zstd, br or snappy. `received = stored + duplicate + rejected`.',
    access: 'ingest',
    ...{ query: PLACE, headers: SENT_ONCE, status: 202 },
    ...{ body: ['application/json', 'application/x-ndjson'], example: { message: 'hello' } },
    batch: true,
  },
  'GET /api/projects/:id/ledger': {
    summary: 'What came in, what became of it, and who sends',
    access: 'read',
    query: {
      from: time('Whole minutes; an hour before `to` unless said.'),
      to: time('Until now unless said; the range is a day at most.'),
      key: text('Id of one key, or `user:<id>`.'),
    },
  },
  'GET /api/refused-keys': { summary: 'Requests with keys that belong to no project', access: 'admins' },
});
