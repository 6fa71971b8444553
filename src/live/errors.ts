import type { AppendOutcome } from '../journal/index.ts';
import { type LimitError, limitProblem } from '../limits/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { forbidden, invalidInput, type Problem, UNAUTHENTICATED } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import {
  MAX_FRAME_CHARS,
  MAX_RECORDS_PER_REQUEST,
  MAX_SOCKETS_PER_PROJECT,
  MAX_TOPICS_PER_SOCKET,
} from '../wire/limits.ts';
import { SUBPROTOCOL } from '../wire/protocol.ts';

/** Every way in which an upgrade or a frame is refused. */
export type LiveError =
  // the upgrade
  | { kind: 'upgrade_required' }
  | { kind: 'subprotocol_required' }
  | { kind: 'unauthenticated' }
  | { kind: 'cross_site_request' }
  | { kind: 'origin'; origin: string }
  | { kind: 'forbidden'; detail: string }
  | { kind: 'bad_parameter'; name: string; reason: string }
  | { kind: 'project'; error: ProjectError }
  | { kind: 'too_many_sockets' }
  // any frame
  | { kind: 'binary_frame' }
  | { kind: 'frame_too_long' }
  | { kind: 'malformed_frame'; reason: string }
  | { kind: 'unknown_type'; type: string }
  | { kind: 'invalid_frame'; pointer: string; reason: string }
  | { kind: 'wrong_project' }
  | { kind: 'csrf_required' }
  | { kind: 'session_expired' }
  // SUBSCRIBE
  | { kind: 'unknown_topic'; topic: string }
  | { kind: 'too_many_topics' }
  | { kind: 'subscription_too_large' }
  | { kind: 'invalid_filter'; reason: string; position: number }
  | { kind: 'invalid_cursor' }
  | { kind: 'history_away' }
  // TELEMETRY
  | { kind: 'scope'; needed: string }
  | { kind: 'too_many_records' }
  | { kind: 'overloaded' }
  | { kind: 'journal_away' }
  | LimitError
  | { kind: 'schema_away' }
  | Exclude<AppendOutcome, { kind: 'stored' | 'replayed' }>;

/** The one place where a refusal gets its words: an HTTP problem before the upgrade, code and message of an ERROR frame after it. */
export function liveProblem(error: LiveError): Problem {
  switch (error.kind) {
    case 'upgrade_required':
      return problem(426, error.kind, 'This is a WebSocket', 'Send Upgrade: websocket.');
    case 'subprotocol_required':
      return problem(400, error.kind, 'The subprotocol is missing', `Offer the subprotocol ${SUBPROTOCOL}.`);
    case 'unauthenticated':
      return UNAUTHENTICATED;
    case 'cross_site_request':
      return problem(
        403,
        error.kind,
        'Request from another site',
        'A session opens sockets from pages of this origin only.',
      );
    case 'origin':
      return problem(
        403,
        'origin_refused',
        'The origin is not allowed',
        `The key does not list the origin ${error.origin || '(none)'}.`,
      );
    case 'forbidden':
      return forbidden(error.detail);
    case 'bad_parameter':
      return invalidInput([{ pointer: `/${error.name}`, reason: error.reason }]);
    case 'project':
      return projectProblem(error.error);
    case 'binary_frame':
      return problem(400, error.kind, 'Binary frame', 'Frames are text: one JSON object each.');
    case 'frame_too_long':
      return problem(413, error.kind, 'The frame is too long', `A frame may have ${MAX_FRAME_CHARS} characters.`);
    case 'malformed_frame':
      return problem(400, error.kind, 'The frame is not JSON', error.reason);
    case 'unknown_type':
      return problem(400, error.kind, 'Unknown type', `There is no frame of type ${JSON.stringify(error.type)}.`);
    case 'invalid_frame':
      return invalidInput([{ pointer: error.pointer, reason: error.reason }]);
    case 'wrong_project':
      return problem(403, error.kind, 'Another project', 'This socket was opened for another project.');
    case 'csrf_required':
      return problem(
        403,
        error.kind,
        'CSRF token missing or wrong',
        'The first SUBSCRIBE or TELEMETRY of a session carries the csrf value of login, refresh or /me.',
      );
    case 'session_expired':
      return problem(401, error.kind, 'The session has ended', 'Sign in again and reconnect.');
    case 'unknown_topic':
      return problem(400, error.kind, 'Unknown topic', `There is no topic ${JSON.stringify(error.topic)}.`);
    case 'too_many_topics':
      return problem(400, error.kind, 'Too many topics', `A socket may have ${MAX_TOPICS_PER_SOCKET} topics.`);
    case 'subscription_too_large':
      return problem(
        400,
        error.kind,
        'The filters are too long',
        'The topics and filters of one socket must fit 14 KiB together.',
      );
    case 'invalid_filter':
      return problem(
        400,
        error.kind,
        'The filter cannot be understood',
        `${error.reason} (at character ${error.position})`,
      );
    case 'invalid_cursor':
      return problem(
        400,
        error.kind,
        'Not a cursor of this project',
        'Subscribe without since, or with the cursor of the last frame.',
      );
    case 'history_away':
      return {
        ...problem(503, error.kind, 'Older records cannot be read now', 'Subscribe again with the last cursor.'),
        retryAfterSeconds: 1,
      };
    case 'scope':
      return problem(403, 'scope_missing', 'Not allowed to send this', `This needs ${error.needed}.`);
    case 'too_many_records':
      return problem(413, error.kind, 'Too many records', `A frame may carry ${MAX_RECORDS_PER_REQUEST} records.`);
    case 'overloaded':
      return {
        ...problem(
          503,
          error.kind,
          'Too much at once',
          'Nothing of this frame was stored; send it again, and wait for ACKs.',
        ),
        retryAfterSeconds: 1,
      };
    case 'journal_away':
      return {
        ...problem(
          503,
          error.kind,
          'The journal did not answer',
          'It is not known to be stored; send it again, with the same batchId if it has one.',
        ),
        retryAfterSeconds: 1,
      };
    case 'schema_away':
      return {
        ...problem(
          503,
          error.kind,
          'The schema cannot be read',
          'What this project does to telemetry is not known while the database is away. Nothing of this frame was stored; send it again.',
        ),
        retryAfterSeconds: 1,
      };
    case 'too_many_sockets':
      return {
        ...problem(
          503,
          error.kind,
          'Too many sockets',
          `The project has ${MAX_SOCKETS_PER_PROJECT} open sockets, which is all that it may have.`,
        ),
        retryAfterSeconds: 3,
      };
    case 'key_reused':
      return problem(
        422,
        'batch_id_reused',
        'The batch id was used',
        'This batchId came with another payload within the last 24 h.',
      );
    case 'key_revoked':
      return problem(401, error.kind, 'The key was revoked', 'Create a new key in Settings, Keys.');
    case 'project_disabled':
      return problem(403, error.kind, 'The project is disabled', 'An administrator has disabled this project.');
    case 'rate_limited':
    case 'quota_exceeded':
      return limitProblem(error);
    case 'backlog_full':
      return {
        ...problem(
          503,
          error.kind,
          'The store is behind',
          'Too much waits to be sealed into the database: it is away, or more comes than it takes. Nothing of this frame was stored; send it again.',
        ),
        retryAfterSeconds: error.retryAfterSeconds,
      };
    default:
      return unreachable(error);
  }
}

function problem(status: Problem['status'], code: string, title: string, detail: string): Problem {
  return { status, code, title, detail };
}
