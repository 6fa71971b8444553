import { count, describe, text, type Whole } from '../shared/describe.ts';
import type { CookieLint, CookieTelemetry } from '../wire/cookies.ts';
import type { CookieHistory } from './history.ts';
import { lintSchema } from './schema.ts';

export interface CookieAnswers {
  'GET /api/fraud/cookie-telemetry': CookieTelemetry;
  'GET /api/fraud/cookie-telemetry/history': CookieHistory;
  'POST /api/fraud/cookies/lint': Pick<Whole<CookieLint>, 'items'>;
}

export default describe<CookieAnswers>('Cookies', {
  'OPTIONS /api/fraud/cookie-telemetry': { summary: 'What browsers ask before they send', access: 'public' },
  'GET /api/fraud/cookie-telemetry': {
    summary: 'What the Cookie header of this request says without its values',
    access: 'any-key',
    codes: 'quota_exceeded journal_away',
  },
  'GET /api/fraud/cookie-telemetry/history': {
    summary: 'Cookies by day and device',
    access: 'read',
    query: {
      days: count(1, 90, 30, 'How far back.'),
      device: text('The `deviceRef` of fraud events.'),
      limit: count(1, 1_000, 200, 'How many items at most.'),
      cursor: text('`nextCursor` of the page before.'),
    },
  },
  'POST /api/fraud/cookies/lint': {
    ...{ summary: 'What browsers make of Set-Cookie lines', access: 'read', body: lintSchema },
    example: { setCookie: ['sid=1; Secure; HttpOnly; Path=/'], url: 'https://shop.example/' },
  },
});
