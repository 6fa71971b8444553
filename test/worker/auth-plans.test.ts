import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import * as challenges from '../../src/auth/factors/challenge-store.ts';
import * as factors from '../../src/auth/factors/factor-store.ts';
import * as totp from '../../src/auth/factors/totp-store.ts';
import * as rotations from '../../src/auth/rotation-store.ts';
import { newSession } from '../../src/auth/session.ts';
import * as sessions from '../../src/auth/store.ts';
import * as throttle from '../../src/auth/throttle-store.ts';
import type { UserRow } from '../../src/auth/types.ts';
import { testCtx } from '../helpers/worker/context.ts';

/** Whether any statement of sign-in, sessions and users reads a whole table that grows with them. */

interface Statement {
  sql: string;
  values: unknown[];
}

/** What a function would ask a database for; nothing is run. */
async function statementsOf(call: (db: D1Database) => unknown): Promise<Statement[]> {
  const statements: Statement[] = [];
  const nothing = { results: [], meta: { changes: 0 } };
  const prepare = (sql: string) => ({
    bind(...values: unknown[]) {
      statements.push({ sql, values });
      return { run: async () => nothing, all: async () => nothing, first: async () => null };
    },
  });
  await call({ prepare, batch: async (all: unknown[]) => all.map(() => nothing) } as unknown as D1Database);
  return statements;
}

async function planOf({ sql, values }: Statement): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

const user: UserRow = {
  ...{ id: 'usr_x', username: 'x', passwordHash: 'x', role: 'viewer', projectIds: null },
  ...{ disabled: false, createdAtMs: 1, lastLoginAtMs: null },
};
const { row: session } = newSession(testCtx(), user.id, 'test');
const place = session.last;
const page = { limit: 10, after: { atMs: 0, id: '' } };
const passkey = {
  ...{ id: 'pky_x', credentialId: 'x', userId: user.id, publicKey: new Uint8Array(1), transports: [], name: 'x' },
  ...{ backedUp: false, counter: 0, createdAtMs: 1, lastUsedAtMs: null },
};
const challenge = { challenge: 'x', kind: 'sign_in', userId: null, binding: 'x', expiresAtMs: 1 } as const;
const account = { failures: 5, firstLockMs: 1, longestLockMs: 2, memoryMs: 3 };

type Table<M> = {
  [K in keyof M as M[K] extends (db: D1Database, ...rest: never[]) => unknown ? K : never]: (db: D1Database) => unknown;
};

const SESSIONS: Table<typeof sessions> = {
  findUserByName: (db) => sessions.findUserByName(db, 'x'),
  findUser: (db) => sessions.findUser(db, user.id),
  listUserRows: (db) => sessions.listUserRows(db, page),
  insertUser: (db) => sessions.insertUser(db, user),
  updateUser: (db) =>
    sessions.updateUser(db, user.id, { role: 'viewer', projectIds: null, disabled: true, passwordHash: null }),
  replacePasswordHash: (db) => sessions.replacePasswordHash(db, user.id, 'x', 'y'),
  noteLogin: (db) => sessions.noteLogin(db, user.id, 1),
  insertSession: (db) => sessions.insertSession(db, session, 'x'),
  findSession: (db) => sessions.findSession(db, session.id),
  listSessionRows: (db) => sessions.listSessionRows(db, user.id, { nowMs: 1, idleSinceMs: 0 }, page),
  revokeSession: (db) => sessions.revokeSession(db, session.id, 1),
  revokeUserSessions: (db) => sessions.revokeUserSessions(db, user.id, 1),
  revokeUserSessionsIfChanged: (db) => sessions.revokeUserSessionsIfChanged(db, user.id, 1),
  noteSocketsTold: (db) => sessions.noteSocketsTold(db, user.id, session.id, 1),
  untoldSessions: (db) => sessions.untoldSessions(db, 10),
  deleteIdleSessions: (db) => sessions.deleteIdleSessions(db, 1, 10),
};
const ROTATIONS: Table<typeof rotations> = {
  touchSession: (db) => rotations.touchSession(db, session.id, { nowMs: 1, notedBeforeMs: 0 }, place),
  rotateSession: (db) =>
    rotations.rotateSession(db, {
      ...{ sessionId: session.id, from: session, to: session, nowMs: 1, provenAtMs: null, place },
    }),
};
const THROTTLE: Table<typeof throttle> = {
  admitByAccount: (db) => throttle.admitByAccount(db, 'x', 1, account),
  admitByAddress: (db) => throttle.admitByAddress(db, 'x', 1, { failures: 1, windowMs: 1 }),
  forgetAttempts: (db) => throttle.forgetAttempts(db, 'x'),
  refundAttempt: (db) => throttle.refundAttempt(db, 'x'),
  refundLock: (db) => throttle.refundLock(db, 'x', 1),
  deleteForgotten: (db) => throttle.deleteForgotten(db, 1, 10),
};
const CHALLENGES: Table<typeof challenges> = {
  insertChallenge: (db) => challenges.insertChallenge(db, challenge, 1, 10),
  findChallenge: (db) => challenges.findChallenge(db, 'sign_in', 'x', 1, 5),
  tryChallenge: (db) => challenges.tryChallenge(db, 'sign_in', 'x', 1, 5),
  takeChallenge: (db) => challenges.takeChallenge(db, 'sign_in', 'x', 1),
  deleteExpiredChallenges: (db) => challenges.deleteExpiredChallenges(db, 1, 10),
};
const FACTORS: Table<typeof factors> = {
  factorsOf: (db) => factors.factorsOf(db, user.id),
  countFactors: (db) => factors.countFactors(db, [user.id]),
  findPasskey: (db) => factors.findPasskey(db, 'x'),
  insertPasskey: (db) => factors.insertPasskey(db, passkey, 20),
  usePasskey: (db) => factors.usePasskey(db, passkey.id, { counter: 1, backedUp: false, nowMs: 1 }),
  deletePasskey: (db) => factors.deletePasskey(db, user.id, passkey.id),
  insertRecoveryCodes: (db) => factors.insertRecoveryCodes(db, user.id, ['x'], 1),
  insertRecoveryCodesIfChanged: (db) => factors.insertRecoveryCodesIfChanged(db, user.id, ['x'], 1),
  deleteOtherCodesIfChanged: (db) => factors.deleteOtherCodesIfChanged(db, user.id, ['x']),
  useRecoveryCode: (db) => factors.useRecoveryCode(db, user.id, 'x', 1),
  deleteStrayCodes: (db) => factors.deleteStrayCodes(db, user.id),
  clearFactors: (db) => factors.clearFactors(db, user.id),
};
const TOTP: Table<typeof totp> = {
  findTotp: (db) => totp.findTotp(db, user.id),
  putPendingTotp: (db) => totp.putPendingTotp(db, user.id, 'x', 1),
  enableTotp: (db) => totp.enableTotp(db, user.id, 'x', 1, 1),
  useTotpStep: (db) => totp.useTotpStep(db, user.id, 1),
  deleteTotp: (db) => totp.deleteTotp(db, user.id),
  totpsUnderOldKeys: (db) => totp.totpsUnderOldKeys(db, 'v1.k1.', 10),
  replaceTotpSecret: (db) => totp.replaceTotpSecret(db, user.id, 'x', 'y'),
};
const STORES = {
  ...{ sessions: SESSIONS, rotations: ROTATIONS, throttle: THROTTLE, challenges: CHALLENGES, factors: FACTORS },
  totp: TOTP,
};
const STATEMENTS = Object.entries(STORES).flatMap(([store, table]) =>
  Object.entries(table).map(([name, call]): [string, (db: D1Database) => unknown] => [`${store}.${name}`, call]),
);

/** A list that came with the request, a row of constants, and what was read by an index before. */
const NO_TABLE = /^SCAN (json_each |CONSTANT ROW|\(subquery-)/;
/** Indexes of few rows: sockets that are still to be closed, and administrators, of whom one other is enough. */
const FEW = /^SCAN (sessions USING INDEX sessions_untold|other USING COVERING INDEX users_active_admins)$/;

describe('no statement reads a whole table', () => {
  it.each(STATEMENTS)('%s', async (_, call) => {
    const statements = await statementsOf(call);
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      const scans = (await planOf(statement)).filter(
        (step) => step.startsWith('SCAN') && !NO_TABLE.test(step) && !FEW.test(step),
      );
      expect(scans, statement.sql).toEqual([]);
    }
  });
});
