import { describe, page, time } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { Release } from '../wire/error-groups.ts';
import { announceSchema } from './announce.ts';

export interface ReleaseAnswers {
  'GET /api/releases': Page<Release>;
  'POST /api/releases': Release;
}

export default describe<ReleaseAnswers>('Releases', {
  'GET /api/releases': {
    summary: 'Releases, the newest first',
    access: 'read',
    query: { from: time('From this on.'), to: time('Before this.'), ...page(1_000, 200) },
  },
  'POST /api/releases': {
    ...{
      summary: 'Announce a release',
      more: 'A repeat moves it.',
      access: 'write',
      body: announceSchema,
      status: 201,
    },
    ...{ example: { release: '1.4.0' }, codes: 'too_many_releases' },
  },
});
