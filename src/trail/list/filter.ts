import { err, ok, type Result } from '../../shared/result.ts';
import { parseTime } from '../../shared/time.ts';
import type { AuditActorKind, AuditEntry, AuditOperation } from '../../wire/audit.ts';

const ACTOR_KINDS: readonly AuditActorKind[] = ['anonymous', 'user', 'key', 'system', 'console'];
const KINDS: readonly AuditEntry['kind'][] = ['action', 'change'];
const OPERATIONS: readonly AuditOperation[] = ['insert', 'update', 'delete'];
const DEFAULT_ENTRIES = 50;
const MAX_ENTRIES = 500;
/** An id, a name of an action or a text to look for; D1 takes statements of 100 KB. */
const MAX_TEXT_CHARS = 200;

export interface EntryFilter {
  kind: AuditEntry['kind'] | null;
  project: string | null;
  actor: string | null;
  actorKind: AuditActorKind | null;
  /** With a trailing `*` the beginning of it. */
  action: string | null;
  target: string | null;
  table: string | null;
  operation: AuditOperation | null;
  requestId: string | null;
  /** From this on. */
  fromMs: number | null;
  /** Before this. */
  toMs: number | null;
  /** Looked for in target, action, detail and values; letters of ASCII in either case. */
  q: string | null;
}

export interface EntryQuery {
  filter: EntryFilter;
  limit: number;
  /** Entries before this one; null is from the newest on. */
  beforeSeq: number | null;
}

type Finding = { pointer: string; reason: string };
export type EntryParameters = Readonly<Record<string, string | undefined>>;

export function readEntryQuery(query: EntryParameters): Result<EntryQuery, { kind: 'invalid'; errors: Finding[] }> {
  const errors: Finding[] = [];
  const refuse = (name: string, reason: string): null => {
    errors.push({ pointer: `/${name}`, reason });
    return null;
  };
  const text = (name: string): string | null => {
    const value = query[name] || null;
    if (value !== null && value.length > MAX_TEXT_CHARS)
      return refuse(name, `must have at most ${MAX_TEXT_CHARS} characters`);
    return value;
  };
  const oneOf = <T extends string>(name: string, choices: readonly T[]): T | null => {
    const value = text(name);
    if (value === null) return null;
    return choices.find((choice) => choice === value) ?? refuse(name, `must be one of ${choices.join(', ')}`);
  };
  const time = (name: string): number | null => {
    const value = text(name);
    if (value === null) return null;
    return parseTime(value) ?? refuse(name, 'must be Unix milliseconds or an ISO 8601 time');
  };
  const whole = (name: string, most: number): number | null => {
    const value = text(name);
    if (value === null) return null;
    const number = /^\d{1,16}$/.test(value) ? Number(value) : 0;
    return number >= 1 && number <= most ? number : refuse(name, `must be a whole number from 1 to ${most}`);
  };
  const filter: EntryFilter = {
    kind: oneOf('kind', KINDS),
    project: text('project'),
    actor: text('actor'),
    actorKind: oneOf('actorKind', ACTOR_KINDS),
    action: text('action'),
    target: text('target'),
    table: text('table'),
    operation: oneOf('operation', OPERATIONS),
    requestId: text('requestId'),
    fromMs: time('from'),
    toMs: time('to'),
    q: text('q'),
  };
  const limit = whole('limit', MAX_ENTRIES) ?? DEFAULT_ENTRIES;
  const beforeSeq = whole('cursor', Number.MAX_SAFE_INTEGER);
  return errors.length === 0 ? ok({ filter, limit, beforeSeq }) : err({ kind: 'invalid', errors });
}
