import { isDatabaseAway, isObjectAway } from '../shared/away.ts';

/** What is shown of a failure. Its own words may hold anything: they stay in the log. */
export function problemOf(cause: unknown): string {
  if (cause instanceof Error && isDatabaseAway(cause)) return 'The database did not answer.';
  if (cause instanceof Error && isObjectAway(cause)) return 'A Durable Object did not answer.';
  return 'It broke off with an error, which the log has under the request id.';
}
