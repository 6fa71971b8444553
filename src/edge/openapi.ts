import { describe, page, text } from '../shared/describe.ts';
import type { BrowserRulesAnswer, PageList, PagePreview, SiteList } from '../wire/browser.ts';
import { changeRulesSchema, previewSchema } from './schema.ts';

export interface EdgeAnswers {
  'GET /api/projects/:id/browser': BrowserRulesAnswer;
  'PUT /api/projects/:id/browser': BrowserRulesAnswer;
  'POST /api/projects/:id/browser/preview': PagePreview;
  'GET /api/sites': SiteList;
  'GET /api/pages': PageList;
}

export default describe<EdgeAnswers>('Sites and pages', {
  'GET /api/projects/:id/browser': { summary: 'How records of browsers are read', access: 'read' },
  'PUT /api/projects/:id/browser': {
    ...{ summary: 'Change how records of browsers are read', access: 'admin', body: changeRulesSchema },
    example: { pageRules: ['/users/:id'], bots: 'drop' },
    codes: 'browser_rules_changed browser_rules_pending',
  },
  'POST /api/projects/:id/browser/preview': {
    ...{ summary: 'What paths would become', access: 'read', body: previewSchema, example: { paths: ['/users/1'] } },
  },
  'GET /api/sites': { summary: 'Sites that records came from', access: 'read', query: page(1_000, 100) },
  'GET /api/pages': {
    summary: 'Pages that records came from',
    access: 'read',
    query: { site: text('Only of this one.'), q: text('A part of the name, in any case.'), ...page(1_000, 100) },
  },
});
