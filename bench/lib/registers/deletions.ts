import { sealPerson } from '../../../src/compliance/deletions/identity/sealed.ts';
import { DEFAULT_HOLD } from '../../../src/compliance/deletions/requests/reasons.ts';
import type { Config } from '../../../src/env.ts';
import { randomId } from '../../../src/shared/ids.ts';
import { type DELETION_STATES, type DeletionState, ERASURE_CATEGORIES } from '../../../src/wire/deletion.ts';
import { actionsSql, asSomebody } from './actor.ts';
import { CHUNK_ROWS, chunks, type Fill } from './rows.ts';

const DAY_MS = 86_400_000;
const SPAN_MS = 365 * DAY_MS;
/** Of the newest: those that are not done, and those whose steps are there. */
const OPEN = 8_000;
const WITH_STEPS = 13_000;

interface Request {
  id: string;
  state: DeletionState;
  atMs: number;
  sealed: string | null;
  reference: string;
}

/**
 * Requests of a year, with the hold that each begins with and, of the newest, the steps of their execution. Whom they are about is sealed where it is not
 * forgotten yet.
 */
export async function fillDeletions(fill: Fill, secrets: Pick<Config, 'dataSecrets'>): Promise<void> {
  const { db, projectId, admin, rows, nowMs } = fill;
  const stepMs = Math.floor(SPAN_MS / rows);
  for (const { from, to } of chunks(rows)) {
    const made = Array.from({ length: to - from + 1 }, (_, k) =>
      request(secrets, from + k, rows, nowMs - (rows - from - k) * stepMs),
    );
    const json = JSON.stringify(made);
    const ofDone = JSON.stringify(made.filter(({ state }, k) => state === 'done' && from + k > rows - WITH_STEPS));
    await asSomebody(fill, { atMs: nowMs - (rows - to) * stepMs, turn: Math.floor(from / CHUNK_ROWS) }, [
      db
        .prepare(
          `INSERT INTO deletion_requests (id, project_id, regime_id, reference, sealed, state, received_at_ms, created_at_ms, created_by, created_by_name,
             grace_ends_at_ms, deadline_at_ms, cancelled_at_ms, cancel_reason, began_at_ms, executed_at_ms, restorable_until_ms)
           SELECT j.id, ?2, 'gdpr', j.reference, j.sealed, j.state, j.at_ms, j.at_ms, ?3, ?4, j.at_ms + ${29 * DAY_MS}, j.at_ms + ${30 * DAY_MS},
             iif(state = 'cancelled', j.at_ms + ${DAY_MS}, NULL), iif(state = 'cancelled', 'It was withdrawn.', NULL),
             iif(state IN ('done', 'running'), j.at_ms + ${29 * DAY_MS}, NULL), iif(state = 'done', j.at_ms + ${29 * DAY_MS} + 60000, NULL),
             iif(state = 'done', j.at_ms + ${59 * DAY_MS}, NULL)
           FROM (SELECT value ->> 'id' AS id, value ->> 'reference' AS reference, value ->> 'sealed' AS sealed, value ->> 'state' AS state,
             value ->> 'atMs' AS at_ms FROM json_each(?1)) j`,
        )
        .bind(json, projectId, admin.id, admin.name),
      db
        .prepare(
          actionsSql(
            'deletion.create',
            `j.value ->> 'id'`,
            `json_object('reference', j.value ->> 'reference', 'regimeId', 'gdpr', 'receivedAtMs', j.value ->> 'atMs', 'deadlineAtMs', (j.value ->> 'atMs') + ${30 * DAY_MS})`,
            'json_each(?2) j',
          ),
        )
        .bind(projectId, json),
      db
        .prepare(
          `INSERT INTO deletion_holds (id, request_id, project_id, category, reason, at_ms, set_by, set_by_name)
           SELECT 'dhl_' || lower(hex(randomblob(8))), value ->> 'id', ?2, ?3, ?4, value ->> 'atMs', 'system', 'Breakwater' FROM json_each(?1)`,
        )
        .bind(json, projectId, DEFAULT_HOLD.category, DEFAULT_HOLD.reason),
      db
        .prepare(
          `INSERT INTO deletion_steps (request_id, project_id, category, state, counts, held, finished_at_ms)
           SELECT j.value ->> 'id', ?2, c.value, 'done', '{"records":12,"blocks":9,"archives":4}', '[]', (j.value ->> 'atMs') + ${29 * DAY_MS}
           FROM json_each(?1) j, json_each(?3) c`,
        )
        .bind(ofDone, projectId, JSON.stringify(ERASURE_CATEGORIES)),
    ]);
  }
}

/** The newest wait; of those before them one in ten was cancelled, and the rest is done. */
function request(secrets: Pick<Config, 'dataSecrets'>, i: number, rows: number, atMs: number): Request {
  const id = randomId('del');
  const state = stateOf(i, rows);
  const isKnown = i > rows - 2 * OPEN;
  const person = {
    identity: { userIds: [`u${i}`], sessionIds: [], identifiers: [`person${i}@example.com`] },
    contact: `person${i}@example.com`,
  };
  const reference = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  return { id, state, atMs, sealed: isKnown ? sealPerson(secrets, id, person) : null, reference };
}

function stateOf(i: number, rows: number): (typeof DELETION_STATES)[number] {
  if (i > rows - OPEN)
    return i % 20 === 0 ? 'due' : i % 20 === 1 ? 'running' : i % 20 < 5 ? 'cancelled' : i % 20 < 7 ? 'done' : 'grace';
  return i % 10 === 0 ? 'cancelled' : 'done';
}
