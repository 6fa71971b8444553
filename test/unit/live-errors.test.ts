import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { errorFrame } from '../../src/live/answers.ts';
import { type LiveError, liveProblem } from '../../src/live/errors.ts';

const ERRORS: { [K in LiveError['kind']]: [LiveError & { kind: K }, number, string] } = {
  upgrade_required: [{ kind: 'upgrade_required' }, 426, 'upgrade_required'],
  subprotocol_required: [{ kind: 'subprotocol_required' }, 400, 'subprotocol_required'],
  unauthenticated: [{ kind: 'unauthenticated' }, 401, 'unauthenticated'],
  cross_site_request: [{ kind: 'cross_site_request' }, 403, 'cross_site_request'],
  origin: [{ kind: 'origin', origin: 'https://x.example' }, 403, 'origin_refused'],
  forbidden: [{ kind: 'forbidden', detail: 'why' }, 403, 'forbidden'],
  bad_parameter: [{ kind: 'bad_parameter', name: 'client', reason: 'why' }, 400, 'invalid_input'],
  project: [{ kind: 'project', error: { kind: 'not_found' } }, 404, 'not_found'],
  too_many_sockets: [{ kind: 'too_many_sockets' }, 503, 'too_many_sockets'],
  binary_frame: [{ kind: 'binary_frame' }, 400, 'binary_frame'],
  frame_too_long: [{ kind: 'frame_too_long' }, 413, 'frame_too_long'],
  malformed_frame: [{ kind: 'malformed_frame', reason: 'why' }, 400, 'malformed_frame'],
  unknown_type: [{ kind: 'unknown_type', type: 'X' }, 400, 'unknown_type'],
  invalid_frame: [{ kind: 'invalid_frame', pointer: '/topics', reason: 'why' }, 400, 'invalid_input'],
  wrong_project: [{ kind: 'wrong_project' }, 403, 'wrong_project'],
  csrf_required: [{ kind: 'csrf_required' }, 403, 'csrf_required'],
  session_expired: [{ kind: 'session_expired' }, 401, 'session_expired'],
  unknown_topic: [{ kind: 'unknown_topic', topic: 'x' }, 400, 'unknown_topic'],
  too_many_topics: [{ kind: 'too_many_topics' }, 400, 'too_many_topics'],
  subscription_too_large: [{ kind: 'subscription_too_large' }, 400, 'subscription_too_large'],
  invalid_filter: [{ kind: 'invalid_filter', reason: 'why', position: 3 }, 400, 'invalid_filter'],
  invalid_cursor: [{ kind: 'invalid_cursor' }, 400, 'invalid_cursor'],
  history_away: [{ kind: 'history_away' }, 503, 'history_away'],
  scope: [{ kind: 'scope', needed: 'the scope ingest:logs' }, 403, 'scope_missing'],
  too_many_records: [{ kind: 'too_many_records' }, 413, 'too_many_records'],
  overloaded: [{ kind: 'overloaded' }, 503, 'overloaded'],
  journal_away: [{ kind: 'journal_away' }, 503, 'journal_away'],
  schema_away: [{ kind: 'schema_away' }, 503, 'schema_away'],
  key_reused: [{ kind: 'key_reused' }, 422, 'batch_id_reused'],
  key_revoked: [{ kind: 'key_revoked' }, 401, 'key_revoked'],
  project_disabled: [{ kind: 'project_disabled' }, 403, 'project_disabled'],
  rate_limited: [{ kind: 'rate_limited', rate: 'ingest', limit: 5, retryAfterSeconds: 7 }, 429, 'rate_limited'],
  quota_exceeded: [{ kind: 'quota_exceeded', limit: 5, remaining: 2, retryAfterSeconds: 7 }, 429, 'quota_exceeded'],
  backlog_full: [{ kind: 'backlog_full', retryAfterSeconds: 2 }, 503, 'backlog_full'],
};

describe('each error of a socket has its status, a code, a sentence, and a heading where its link leads', () => {
  it.each(Object.values(ERRORS))('%o', (error, status, code) => {
    const problem = liveProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(problem.detail).not.toBe('');
    expect(errorDocs).toContain(`\n### ${code}\n${status}. `);
    expect(problem.retryAfterSeconds !== undefined).toBe(status === 503 || status === 429);
  });

  it('becomes a frame with the id of the frame that it answers, if that had one', () => {
    expect(JSON.parse(errorFrame('"a\\"b"', { kind: 'overloaded' }))).toEqual({
      type: 'ERROR',
      id: 'a"b',
      code: 'overloaded',
      message: expect.stringContaining('send it again'),
      retryAfterSeconds: 1,
    });
    expect(JSON.parse(errorFrame('null', { kind: 'unknown_type', type: '"<' }))).toEqual({
      type: 'ERROR',
      code: 'unknown_type',
      message: expect.any(String),
    });
  });
});
