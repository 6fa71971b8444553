import { expect, it } from 'vitest';
import { cronExpressions } from '../../scripts/start/cron.ts';
import { nextRunMs } from '../../src/jobs/schedule.ts';

// 2026-11-21 is a Saturday.
const NOW_MS = Date.parse('2026-11-21T10:03:30Z');

it.each([
  ['*/5 * * * *', '2026-11-21T10:05:00Z'],
  ['17 * * * *', '2026-11-21T10:17:00Z'],
  ['3 10 * * *', '2026-11-22T10:03:00Z'],
  ['0 0 1 * *', '2026-12-01T00:00:00Z'],
  ['0 9 * * 1', '2026-11-22T09:00:00Z'], // Cloudflare counts weekdays from Sunday = 1
  ['0 9 * * SUN', '2026-11-22T09:00:00Z'],
])('"%s" is due next at %s', (expression, due) => {
  expect(new Date(nextRunMs(expression, NOW_MS)).toISOString()).toBe(new Date(due).toISOString());
});

it('a run that is due exactly now is the one before the next', () => {
  const dueMs = Date.parse('2026-11-21T10:05:00Z');
  expect(nextRunMs('*/5 * * * *', dueMs)).toBe(dueMs + 5 * 60_000);
});

it('every expression of wrangler.toml can be driven', () => {
  expect(cronExpressions().length).toBeGreaterThan(0);
  for (const expression of cronExpressions()) expect(nextRunMs(expression, NOW_MS)).toBeGreaterThan(NOW_MS);
});
