import { useRef } from 'preact/hooks';
import type { Firing } from '../../../../wire/alerts.ts';
import { getFiring } from '../../../api/alerts.ts';
import type { ApiError } from '../../../api/http.ts';
import { param } from '../../../state/route.ts';
import { useResource } from '../../../state/use-resource.ts';

export type OpenFiring =
  | { kind: 'open'; firing: Firing }
  | { kind: 'loading' }
  | { kind: 'missing' }
  | { kind: 'failed'; error: ApiError; retry: () => void };

/** The one that the address names: a row of the list, which is kept up to date, or asked for by its id. `rows` is null while they load. */
export function useOpenFiring(project: string, rows: readonly Firing[] | null): OpenFiring | null {
  const id = param('firing');
  const seen = useRef<Firing | null>(null);
  const row = id === '' ? undefined : rows?.find((firing) => firing.id === id);
  const key = id === '' || row !== undefined || rows === null ? null : `${project} ${id}`;
  const asked = useResource(key, (signal) => getFiring(project, id, signal), false);
  if (id === '') return null;
  // What leaves the list stays before somebody who reads it.
  const last = seen.current?.id === id ? seen.current : null;
  const firing = row ?? (asked.data?.id === id ? asked.data : last);
  seen.current = firing;
  if (firing !== null) return { kind: 'open', firing };
  const { error, reload } = asked;
  if (error === null) return { kind: 'loading' };
  const isMissing = error.kind === 'problem' && error.status === 404;
  return isMissing ? { kind: 'missing' } : { kind: 'failed', error, retry: reload };
}
