import { fromBase64 } from '../shared/bytes.ts';
import { probesOf } from './filter.ts';

/** Words that a block must have, by the hashes of their tokens: of each group at least one. */
export type TokenGroups = readonly (readonly number[])[];

/** The value of a base64 character is its place in here. */
const ALPHABET = "CAST('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/' AS BLOB)";
/** Of the version and the number of hashes that filter.ts knows, and with bits: what else may come is read, not lost. */
const KNOWN = `substr(f.filter, 1, 2) = 'AQ' AND substr(f.filter, 3, 1) IN ('U', 'V', 'W', 'X') AND octet_length(f.filter) > 4`;
/** A blob, in which SQLite finds a place without counting characters; and how many bits there are behind the two bytes of the header. */
const LOOKED_INTO = `SELECT wanted.value AS id, f.block_id IS NULL OR NOT (${KNOWN}) AS is_strange, CAST(f.filter AS BLOB) AS text,
    (octet_length(f.filter) / 4 * 3 - (substr(f.filter, -1) = '=') - (substr(f.filter, -2, 1) = '=') - 2) * 8 AS bits
  FROM json_each(?1) AS wanted LEFT JOIN block_filters f ON f.block_id = wanted.value`;
/** Bits that are not set. A byte's bits count from the lowest in a filter and from the highest in base64: the last three digits are turned round. */
const UNSET = `SELECT 1 FROM (
    SELECT 16 + (bit | 7) - (bit & 7) AS place FROM (SELECT probe.value % bits AS bit FROM json_each(word.value) AS probe))
  WHERE (instr(${ALPHABET}, substr(text, place / 6 + 1, 1)) - 1 >> 5 - place % 6) & 1 = 0`;

/**
 * Which of the blocks may have what is asked for: those whose filter says so, and those without one that is understood. The filters stay
 * where they are, because to bring two thousand of them here is what a search for a rare word would cost (ADR 25). The same answer as
 * mayContain() gives.
 */
const HOLDING = `SELECT id FROM (${LOOKED_INTO}) WHERE is_strange OR NOT EXISTS (
    SELECT 1 FROM json_each(?2) AS word_group WHERE NOT EXISTS (
      SELECT 1 FROM json_each(word_group.value) AS word WHERE NOT EXISTS (${UNSET})))`;

export async function readHolding(db: D1Database, ids: readonly string[], groups: TokenGroups): Promise<Set<string>> {
  const probes = groups.map((tokens) => tokens.map(probesOf));
  const { results } = await db.prepare(HOLDING).bind(JSON.stringify(ids), JSON.stringify(probes)).all<{ id: string }>();
  return new Set(results.map(({ id }) => id));
}

/** The filters themselves, for what is too much to be asked of the database. */
export async function readFilters(db: D1Database, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const { results } = await db
    .prepare('SELECT block_id, filter FROM block_filters WHERE block_id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(ids))
    .all<{ block_id: string; filter: string }>();
  return new Map(results.map(({ block_id, filter }) => [block_id, fromBase64(filter)]));
}
