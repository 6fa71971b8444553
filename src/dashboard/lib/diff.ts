import type { Json, JsonObject } from '../../wire/record.ts';

export interface DiffRow {
  /** Of the column; with a dot and more for a part of a column that holds JSON. */
  name: string;
  state: 'added' | 'removed' | 'changed' | 'same';
  /** As text; null where there was none. */
  before: string | null;
  after: string | null;
}

/** As the database writes what is never shown; of a new value it adds that it is another one. */
const SECRET = '[redacted]';
const NEW_SECRET = '[redacted, changed]';

/** What of a row is another before and after, column by column. A column that holds JSON is told apart by its members. */
export function diffRows(before: JsonObject | null, after: JsonObject | null): DiffRow[] {
  const old = flat(before);
  const fresh = flat(after);
  return [...new Set([...old.keys(), ...fresh.keys()])].map((name) => {
    const was = old.get(name) ?? null;
    const is = fresh.get(name) ?? null;
    return { name, state: stateOf(was, is), before: was, after: is === NEW_SECRET ? SECRET : is };
  });
}

export function isSecret(value: string | null): boolean {
  return value === SECRET;
}

function stateOf(was: string | null, is: string | null): DiffRow['state'] {
  if (was === null) return 'added';
  if (is === null) return 'removed';
  return was === is ? 'same' : 'changed';
}

export interface ChangedPart {
  /** The same at the start of both. */
  head: string;
  before: string;
  after: string;
  /** The same at the end of both. */
  tail: string;
}

/** Where two texts differ. A pair of surrogates is never cut in two. */
export function changedPart(before: string, after: string): ChangedPart {
  const a = [...before];
  const b = [...after];
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return {
    head: a.slice(0, head).join(''),
    before: a.slice(head, a.length - tail).join(''),
    after: b.slice(head, b.length - tail).join(''),
    tail: tail === 0 ? '' : a.slice(-tail).join(''),
  };
}

function flat(values: JsonObject | null): Map<string, string> {
  const out = new Map<string, string>();
  for (const [name, value] of Object.entries(values ?? {})) walk(name, parsed(value), out);
  return out;
}

/** Columns hold objects and lists as their JSON text. */
function parsed(value: Json): Json {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value; // a text that only begins like JSON
  }
}

function walk(name: string, value: Json, out: Map<string, string>): void {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0) {
    for (const [member, inner] of Object.entries(value)) walk(`${name}.${member}`, inner, out);
  } else {
    out.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
}
