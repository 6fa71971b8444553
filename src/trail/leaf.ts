import type { EntryRow } from './entry-store.ts';
import { leafHash } from './tree/hashes.ts';

/**
 * What is hashed of an entry, and a line of the export: one line of JSON with these keys in this order, no white space between them. Texts that are JSON objects
 * stand as they are stored, byte for byte, so that nobody has to agree on how numbers are written. docs/audit.md has the definition; it does not change. A
 * column that is added later goes to the end and is left out where it is null, so that what was sealed before keeps its hash.
 */
export function leafOf(row: EntryRow): string {
  const fields: [string, string][] = [
    ['seq', JSON.stringify(row.seq)],
    ['atMs', JSON.stringify(row.at_ms)],
    ['actorKind', JSON.stringify(row.actor_kind)],
    ['actorId', JSON.stringify(row.actor_id)],
    ['action', JSON.stringify(row.action)],
    ['target', JSON.stringify(row.target)],
    ['projectId', JSON.stringify(row.project_id)],
    ['requestId', JSON.stringify(row.request_id)],
    ['address', JSON.stringify(row.address)],
    ['detail', embedded(row.detail)],
    ['claimId', JSON.stringify(row.claim_id)],
    ['sessionId', JSON.stringify(row.session_id)],
    ['table', JSON.stringify(row.table_name)],
    ['operation', JSON.stringify(row.operation)],
    ['oldValues', embedded(row.old_values)],
    ['newValues', embedded(row.new_values)],
  ];
  return `{${fields.map(([key, value]) => `"${key}":${value}`).join(',')}}`;
}

/** Of an entry that was gone when its number was sealed. */
export function missingLeaf(seq: number): string {
  return `{"seq":${seq},"missing":true}`;
}

/** Of what stands at a place of the trail; null: nothing does. */
export function leafHashOf(seq: number, row: EntryRow | undefined): Uint8Array {
  return leafHash(row === undefined ? missingLeaf(seq) : leafOf(row));
}

/**
 * The text itself where it is a JSON object on one line, else as a JSON string: a text that was put there past the program must not be able to end its place
 * and go on as the next key.
 */
function embedded(text: string | null): string {
  if (text === null) return 'null';
  return isObject(text) ? text : JSON.stringify(text);
}

function isObject(text: string): boolean {
  if (!text.startsWith('{') || /[\n\r]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch (cause) {
    if (cause instanceof SyntaxError) return false;
    throw cause;
  }
}
