import { fromBase64Url, toBase64Url } from '../../shared/bytes.ts';
import type { FactorCounts, Factors, PasskeyRow } from './types.ts';

interface StoredPasskey {
  id: string;
  credential_id: string;
  user_id: string;
  public_key: string;
  counter: number;
  transports: string;
  name: string;
  backed_up: 0 | 1;
  created_at_ms: number;
  last_used_at_ms: number | null;
}

const PASSKEY =
  'id, credential_id, user_id, public_key, counter, transports, name, backed_up, created_at_ms, last_used_at_ms';
const HAS_FACTOR = `(EXISTS (SELECT 1 FROM user_totp WHERE user_id = ?1 AND enabled_at_ms IS NOT NULL)
  OR EXISTS (SELECT 1 FROM passkeys WHERE user_id = ?1))`;

export async function factorsOf(db: D1Database, userId: string): Promise<Factors> {
  const [totp, codes, passkeys] = await db.batch<Record<string, unknown>>([
    db.prepare('SELECT enabled_at_ms AS at FROM user_totp WHERE user_id = ?1').bind(userId),
    db.prepare('SELECT count(*) AS left FROM recovery_codes WHERE user_id = ?1 AND used_at_ms IS NULL').bind(userId),
    db.prepare(`SELECT ${PASSKEY} FROM passkeys WHERE user_id = ?1 ORDER BY created_at_ms, id`).bind(userId),
  ]);
  return {
    totpEnabledAtMs: (totp?.results[0]?.at as number | null | undefined) ?? null,
    recoveryCodesLeft: Number(codes?.results[0]?.left ?? 0),
    passkeys: (passkeys?.results ?? []).map((row) => passkeyOf(row as unknown as StoredPasskey)),
  };
}

/** Of each of these users, in their order. */
export async function countFactors(db: D1Database, userIds: readonly string[]): Promise<FactorCounts[]> {
  const { results } = await db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM user_totp WHERE user_id = value AND enabled_at_ms IS NOT NULL) AS totp,
         (SELECT count(*) FROM passkeys WHERE user_id = value) AS passkeys
       FROM json_each(?1) ORDER BY key`,
    )
    .bind(JSON.stringify(userIds))
    .all<{ totp: 0 | 1; passkeys: number }>();
  return results.map(({ totp, passkeys }) => ({ totp: totp === 1, passkeys }));
}

export async function findPasskey(db: D1Database, credentialId: string): Promise<PasskeyRow | null> {
  const row = await db
    .prepare(`SELECT ${PASSKEY} FROM passkeys WHERE credential_id = ?1`)
    .bind(credentialId)
    .first<StoredPasskey>();
  return row && passkeyOf(row);
}

/** Changes nothing where the credential is known, to whomever, or the user has `most` already. */
export function insertPasskey(db: D1Database, passkey: PasskeyRow, most: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO passkeys (${PASSKEY}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL
       WHERE (SELECT count(*) FROM passkeys WHERE user_id = ?3) < ?10
       ON CONFLICT (credential_id) DO NOTHING`,
    )
    .bind(
      passkey.id,
      passkey.credentialId,
      passkey.userId,
      toBase64Url(passkey.publicKey),
      passkey.counter,
      JSON.stringify(passkey.transports),
      passkey.name,
      Number(passkey.backedUp),
      passkey.createdAtMs,
      most,
    );
}

export interface PasskeyUse {
  counter: number;
  backedUp: boolean;
  nowMs: number;
}

/** WebAuthn 7.2: a counter rises with each signature unless it stays 0. Changes nothing for one that did not, which is a copied authenticator. */
export function usePasskey(
  db: D1Database,
  passkeyId: string,
  { counter, backedUp, nowMs }: PasskeyUse,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE passkeys SET counter = ?2, backed_up = ?3, last_used_at_ms = ?4
       WHERE id = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0))`,
    )
    .bind(passkeyId, counter, Number(backedUp), nowMs);
}

export function deletePasskey(db: D1Database, userId: string, passkeyId: string): D1PreparedStatement {
  return db.prepare('DELETE FROM passkeys WHERE user_id = ?1 AND id = ?2').bind(userId, passkeyId);
}

/** Changes nothing for a user without a factor that they could stand in for. */
export function insertRecoveryCodes(...codes: NewCodes): D1PreparedStatement {
  return insertCodesIf(HAS_FACTOR, ...codes);
}

/** The same, only if the statement before it in the batch changed something. */
export function insertRecoveryCodesIfChanged(...codes: NewCodes): D1PreparedStatement {
  return insertCodesIf('changes() > 0', ...codes);
}

type NewCodes = [db: D1Database, userId: string, hashes: readonly string[], nowMs: number];

function insertCodesIf(condition: string, ...[db, userId, hashes, nowMs]: NewCodes): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO recovery_codes (code_hash, user_id, created_at_ms) SELECT value, ?1, ?3 FROM json_each(?2) WHERE ${condition}`,
    )
    .bind(userId, JSON.stringify(hashes), nowMs);
}

/** All but these, only if the statement before it in the batch changed something. */
export function deleteOtherCodesIfChanged(
  db: D1Database,
  userId: string,
  hashes: readonly string[],
): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM recovery_codes WHERE user_id = ?1 AND changes() > 0
       AND code_hash NOT IN (SELECT value FROM json_each(?2))`,
    )
    .bind(userId, JSON.stringify(hashes));
}

/** Each once, also of two requests at the same moment. */
export function useRecoveryCode(db: D1Database, userId: string, hash: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare('UPDATE recovery_codes SET used_at_ms = ?3 WHERE code_hash = ?2 AND user_id = ?1 AND used_at_ms IS NULL')
    .bind(userId, hash, nowMs);
}

/** After a factor was taken away: codes of a user who has none left stand in for nothing. */
export function deleteStrayCodes(db: D1Database, userId: string): D1PreparedStatement {
  return db.prepare(`DELETE FROM recovery_codes WHERE user_id = ?1 AND NOT ${HAS_FACTOR}`).bind(userId);
}

/** Everything that the user has set up, and every challenge that is open for it. */
export function clearFactors(db: D1Database, userId: string): D1PreparedStatement[] {
  return ['user_totp', 'recovery_codes', 'passkeys', 'auth_challenges'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE user_id = ?1`).bind(userId),
  );
}

function passkeyOf(row: StoredPasskey): PasskeyRow {
  const publicKey = fromBase64Url(row.public_key);
  if (!publicKey) throw new Error('a stored passkey is damaged');
  return {
    id: row.id,
    credentialId: row.credential_id,
    userId: row.user_id,
    publicKey,
    transports: JSON.parse(row.transports) as string[],
    name: row.name,
    backedUp: row.backed_up === 1,
    counter: row.counter,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  };
}
