import type { AuditActorKind, AuditEntry, AuditOperation } from '../../../../wire/audit.ts';
import type { AuditFilters } from '../../../api/audit.ts';
import { ACTOR_KIND_WORDS, KIND_WORDS, OPERATION_WORDS } from '../audit-words.ts';

/** As the address names them. Not `project`, which goes with the reader from page to page. */
export const FILTER_PARAMS = {
  kind: 'kind',
  project: 'of',
  actor: 'actor',
  actorKind: 'by',
  action: 'action',
  target: 'target',
  table: 'table',
  operation: 'operation',
  requestId: 'request',
  q: 'q',
} as const satisfies Record<keyof AuditFilters, string>;

export type FilterName = keyof AuditFilters;

export const FILTER_WORDS: Record<FilterName, string> = {
  kind: 'Kind of entry',
  project: 'Project',
  actor: 'Actor',
  actorKind: 'Kind of actor',
  action: 'Action',
  target: 'Target',
  table: 'Table',
  operation: 'Operation',
  requestId: 'Request',
  q: 'Text',
};

/** Those that are typed, with what one may be. */
export const TYPED = {
  actor: 'usr_…, key_… or the name of a job',
  action: 'key.revoke, or key.*',
  target: 'dst_…',
  table: 'destinations',
  requestId: 'id of a request',
} as const satisfies Partial<Record<FilterName, string>>;

const NAMES = Object.keys(FILTER_PARAMS) as FilterName[];

export function filtersOf(params: URLSearchParams): AuditFilters {
  const value = (name: FilterName) => params.get(FILTER_PARAMS[name])?.trim() || null;
  return Object.fromEntries(NAMES.map((name) => [name, value(name)])) as unknown as AuditFilters;
}

/** For the address; with the entry that is open closed, which may not be among them. */
export function filterParams(change: Partial<AuditFilters>): Record<string, string | null> {
  const params = Object.entries(change).map(([name, value]) => [FILTER_PARAMS[name as FilterName], value]);
  return { ...Object.fromEntries(params), entry: null };
}

export const NO_FILTERS: Record<string, null> = {
  ...Object.fromEntries(NAMES.map((name) => [FILTER_PARAMS[name], null])),
  since: null,
  until: null,
  entry: null,
};

/** Those that are set, but for the text, which has a field of its own. */
export function filterList(filters: AuditFilters): { name: FilterName; value: string }[] {
  return NAMES.flatMap((name) => {
    const value = filters[name];
    return value === null || name === 'q' ? [] : [{ name, value }];
  });
}

/** A value as people say it. */
export function filterText(name: FilterName, value: string, projects: ReadonlyMap<string, string>): string {
  if (name === 'project') return projects.get(value) ?? value;
  if (name === 'kind') return KIND_WORDS[value as AuditEntry['kind']] ?? value;
  if (name === 'actorKind') return ACTOR_KIND_WORDS[value as AuditActorKind] ?? value;
  if (name === 'operation') return OPERATION_WORDS[value as AuditOperation] ?? value;
  return value;
}
