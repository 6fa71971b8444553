import type { Role } from '../env.ts';
import type { PageRequest } from '../shared/page.ts';
import type { Superseded } from './rotation.ts';
import type { SessionRow, UserRow } from './types.ts';

const USER =
  'u.id, u.username, u.password_hash, u.role, u.project_ids, u.disabled, u.created_at_ms, u.last_login_at_ms';
const SESSION = `s.id, s.user_id, s.created_at_ms, s.last_seen_at_ms, s.expires_at_ms, s.revoked_at_ms, s.proven_at_ms, s.secret_hash, s.superseded,
  s.user_agent, s.address, s.country, s.last_user_agent, s.last_address, s.last_country`;

interface StoredUser {
  id: string;
  username: string;
  password_hash: string;
  role: Role;
  project_ids: string | null;
  disabled: 0 | 1;
  created_at_ms: number;
  last_login_at_ms: number | null;
}

interface StoredSession {
  id: string;
  user_id: string;
  created_at_ms: number;
  last_seen_at_ms: number;
  expires_at_ms: number;
  revoked_at_ms: number | null;
  proven_at_ms: number;
  secret_hash: string;
  superseded: string;
  user_agent: string;
  address: string;
  country: string | null;
  last_user_agent: string | null;
  last_address: string | null;
  last_country: string | null;
}

/** Names are told apart without regard to case; they are ASCII (schema.ts), so lower case is all it takes. */
export function usernameKey(username: string): string {
  return username.toLowerCase();
}

export async function findUserByName(db: D1Database, username: string): Promise<UserRow | null> {
  const row = await db
    .prepare(`SELECT ${USER} FROM users u WHERE u.username_key = ?1`)
    .bind(usernameKey(username))
    .first<StoredUser>();
  return row && userOf(row);
}

export async function findUser(db: D1Database, userId: string): Promise<UserRow | null> {
  const row = await db.prepare(`SELECT ${USER} FROM users u WHERE u.id = ?1`).bind(userId).first<StoredUser>();
  return row && userOf(row);
}

/** One row more than the page holds, see shared/page.ts. */
export async function listUserRows(db: D1Database, { limit, after }: PageRequest): Promise<UserRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${USER} FROM users u WHERE (u.created_at_ms, u.id) > (?1, ?2) ORDER BY u.created_at_ms, u.id LIMIT ?3`,
    )
    .bind(after.atMs, after.id, limit + 1)
    .all<StoredUser>();
  return results.map(userOf);
}

/** Changes nothing when the name is taken. */
export function insertUser(db: D1Database, user: UserRow): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO users (id, username, username_key, password_hash, role, project_ids, disabled, created_at_ms)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) ON CONFLICT (username_key) DO NOTHING`,
    )
    .bind(
      user.id,
      user.username,
      usernameKey(user.username),
      user.passwordHash,
      user.role,
      json(user.projectIds),
      user.createdAtMs,
    );
}

export interface UserUpdate {
  role: Role | null;
  /** Undefined leaves the grants as they are; null is all projects. */
  projectIds: readonly string[] | null | undefined;
  disabled: boolean | null;
  passwordHash: string | null;
}

/** Null fields stay as they are. Changes nothing when it would leave no active administrator: decided here, so that two requests cannot race past it. */
export function updateUser(db: D1Database, userId: string, update: UserUpdate): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE users SET
         role = coalesce(?2, role),
         project_ids = CASE WHEN coalesce(?2, role) = 'admin' THEN NULL WHEN ?3 THEN ?4 ELSE project_ids END,
         disabled = coalesce(?5, disabled),
         password_hash = coalesce(?6, password_hash)
       WHERE id = ?1 AND (
         role <> 'admin' OR disabled = 1
         OR (coalesce(?2, role) = 'admin' AND coalesce(?5, disabled) = 0)
         OR EXISTS (SELECT 1 FROM users other WHERE other.role = 'admin' AND other.disabled = 0 AND other.id <> ?1))`,
    )
    .bind(
      userId,
      update.role,
      update.projectIds === undefined ? 0 : 1,
      json(update.projectIds ?? null),
      update.disabled === null ? null : Number(update.disabled),
      update.passwordHash,
    );
}

/** Replaces a hash that is still the one that was checked. */
export function replacePasswordHash(db: D1Database, userId: string, from: string, to: string): D1PreparedStatement {
  return db
    .prepare('UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2 AND disabled = 0')
    .bind(userId, from, to);
}

export function noteLogin(db: D1Database, userId: string, nowMs: number): D1PreparedStatement {
  return db.prepare('UPDATE users SET last_login_at_ms = ?2 WHERE id = ?1 AND changes() > 0').bind(userId, nowMs);
}

/** Changes nothing if the user was disabled or got another password since `passwordHash` was read. */
export function insertSession(db: D1Database, session: SessionRow, passwordHash: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO sessions (id, user_id, created_at_ms, last_seen_at_ms, proven_at_ms, expires_at_ms, secret_hash,
         user_agent, address, country, last_user_agent, last_address, last_country)
       SELECT ?1, id, ?3, ?3, ?10, ?4, ?5, ?6, ?7, ?8, ?6, ?7, ?8 FROM users WHERE id = ?2 AND disabled = 0 AND password_hash = ?9`,
    )
    .bind(
      session.id,
      session.userId,
      session.createdAtMs,
      session.expiresAtMs,
      session.secretHash,
      session.opened.userAgent,
      session.opened.address,
      session.opened.country,
      passwordHash,
      session.provenAtMs,
    );
}

export interface SessionUser {
  username: string;
  role: Role;
  projectIds: readonly string[] | null;
  disabled: boolean;
}

/** The session and what a request needs to know of its user, in the one read that every cookie request makes. */
export async function findSession(
  db: D1Database,
  sessionId: string,
): Promise<{ session: SessionRow; user: SessionUser } | null> {
  const row = await db
    .prepare(
      `SELECT ${SESSION}, u.username, u.role, u.project_ids, u.disabled
       FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ?1`,
    )
    .bind(sessionId)
    .first<StoredSession & Pick<StoredUser, 'username' | 'role' | 'project_ids' | 'disabled'>>();
  if (!row) return null;
  const user = {
    username: row.username,
    role: row.role,
    projectIds: parseIds(row.project_ids),
    disabled: row.disabled === 1,
  };
  return { session: sessionOf(row), user };
}

/** Not revoked and seen after `idleSinceMs`; one row more than the page holds. */
export async function listSessionRows(
  db: D1Database,
  userId: string,
  { nowMs, idleSinceMs }: { nowMs: number; idleSinceMs: number },
  { limit, after }: PageRequest,
): Promise<SessionRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${SESSION} FROM sessions s
       WHERE s.user_id = ?1 AND s.revoked_at_ms IS NULL AND s.expires_at_ms > ?2 AND s.last_seen_at_ms > ?3
         AND (s.created_at_ms, s.id) > (?4, ?5)
       ORDER BY s.created_at_ms, s.id LIMIT ?6`,
    )
    .bind(userId, nowMs, idleSinceMs, after.atMs, after.id, limit + 1)
    .all<StoredSession>();
  return results.map(sessionOf);
}

export function revokeSession(db: D1Database, sessionId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare('UPDATE sessions SET revoked_at_ms = ?2, sockets_told = 0 WHERE id = ?1 AND revoked_at_ms IS NULL')
    .bind(sessionId, nowMs);
}

export function revokeUserSessions(db: D1Database, userId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare('UPDATE sessions SET revoked_at_ms = ?2, sockets_told = 0 WHERE user_id = ?1 AND revoked_at_ms IS NULL')
    .bind(userId, nowMs);
}

/** The same, only if the statement before it in the batch changed something. */
export function revokeUserSessionsIfChanged(db: D1Database, userId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      'UPDATE sessions SET revoked_at_ms = ?2, sockets_told = 0 WHERE user_id = ?1 AND revoked_at_ms IS NULL AND changes() > 0',
    )
    .bind(userId, nowMs);
}

/** The sockets of what had been revoked by `nowMs` are closed: those of one session, or of all of the user where that is null. */
export function noteSocketsTold(
  db: D1Database,
  userId: string,
  sessionId: string | null,
  nowMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE sessions SET sockets_told = 1
       WHERE user_id = ?1 AND (?2 IS NULL OR id = ?2) AND sockets_told = 0 AND revoked_at_ms <= ?3`,
    )
    .bind(userId, sessionId, nowMs);
}

/** Revoked sessions whose sockets may still be open. */
export async function untoldSessions(db: D1Database, limit: number): Promise<{ id: string; userId: string }[]> {
  const { results } = await db
    .prepare('SELECT id, user_id AS userId FROM sessions WHERE sockets_told = 0 LIMIT ?1')
    .bind(limit)
    .all<{ id: string; userId: string }>();
  return results;
}

/** An expired or revoked session is no longer seen, so the idle limit alone finds every dead row. Returns each. */
export function deleteIdleSessions(db: D1Database, idleSinceMs: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      'DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE last_seen_at_ms <= ?1 LIMIT ?2) RETURNING id',
    )
    .bind(idleSinceMs, limit);
}

function userOf(row: StoredUser): UserRow {
  return {
    id: row.id,
    username: row.username,
    passwordHash: row.password_hash,
    role: row.role,
    projectIds: parseIds(row.project_ids),
    disabled: row.disabled === 1,
    createdAtMs: row.created_at_ms,
    lastLoginAtMs: row.last_login_at_ms,
  };
}

function sessionOf(row: StoredSession): SessionRow {
  return {
    id: row.id,
    userId: row.user_id,
    createdAtMs: row.created_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    expiresAtMs: row.expires_at_ms,
    revokedAtMs: row.revoked_at_ms,
    provenAtMs: row.proven_at_ms,
    secretHash: row.secret_hash,
    superseded: JSON.parse(row.superseded) as Superseded[],
    opened: { address: row.address, country: row.country, userAgent: row.user_agent },
    last: {
      address: row.last_address ?? row.address,
      country: row.last_country,
      userAgent: row.last_user_agent ?? row.user_agent,
    },
  };
}

function parseIds(text: string | null): string[] | null {
  return text === null ? null : (JSON.parse(text) as string[]);
}

function json(value: readonly string[] | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
