import type { SigningKeyRow } from './keys.ts';

const PREFIX = 'audit/keys/';
const COLUMNS = 'kid, public_key AS publicKey, since_ms AS sinceMs, endorsed_by AS endorsedBy, endorsement';

export async function keyRows(db: D1Database): Promise<SigningKeyRow[]> {
  return (await db.prepare(`SELECT ${COLUMNS} FROM signing_keys ORDER BY since_ms, kid`).all<SigningKeyRow>()).results;
}

/** With another key for a kid that is there it does nothing: who asks has looked before. */
export function putKeyStatement(db: D1Database, row: SigningKeyRow): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO signing_keys (kid, public_key, since_ms, endorsed_by, endorsement) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (kid) DO UPDATE SET endorsed_by = excluded.endorsed_by, endorsement = excluded.endorsement
         WHERE public_key = excluded.public_key AND since_ms = excluded.since_ms AND endorsement <> excluded.endorsement`,
    )
    .bind(row.kid, row.publicKey, row.sinceMs, row.endorsedBy, row.endorsement);
}

/** What outlasts the database. */
export async function putKeyObject(bucket: R2Bucket, row: SigningKeyRow): Promise<void> {
  await bucket.put(`${PREFIX}${row.kid}.json`, `${JSON.stringify(row)}\n`, {
    httpMetadata: { contentType: 'application/json' },
  });
}

/** Kids of the objects; there are as many as there were rotations. */
export async function keyObjectKids(bucket: R2Bucket): Promise<string[]> {
  const { objects } = await bucket.list({ prefix: PREFIX, limit: 1_000 });
  return objects.map(({ key }) => key.slice(PREFIX.length, -'.json'.length));
}

/** As it lies there, unchecked; null where it is not there or no JSON. */
export async function keyObject(bucket: R2Bucket, kid: string): Promise<SigningKeyRow | null> {
  const object = await bucket.get(`${PREFIX}${kid}.json`);
  const text = (await object?.text()) ?? '';
  return text.startsWith('{') ? (JSON.parse(text) as SigningKeyRow) : null;
}
