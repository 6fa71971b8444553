import { describe, page } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { Notice, NoticeSettingsAnswer } from '../wire/jobs.ts';
import { settingsSchema } from './routes.ts';

export interface NoticeAnswers {
  'GET /api/notices': Page<Notice>;
  'GET /api/notices/settings': NoticeSettingsAnswer;
  'PUT /api/notices/settings': NoticeSettingsAnswer;
}

export default describe<NoticeAnswers>('Notices', {
  'GET /api/notices': {
    ...{ summary: 'What the deployment told its operators, newest first', access: 'admins', query: page(1_000, 100) },
  },
  'GET /api/notices/settings': { summary: 'Where notices go, and what there is to choose from', access: 'admins' },
  'PUT /api/notices/settings': {
    ...{ summary: 'Change where notices go', access: 'admins', body: settingsSchema, example: { destinationIds: [] } },
  },
});
