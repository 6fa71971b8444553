import { useRef, useState } from 'preact/hooks';
import type { FraudEvent, ReviewedEvent, Verdict } from '../../../wire/fraud.ts';
import { getEvent } from '../../api/fraud.ts';
import type { ApiError } from '../../api/http.ts';
import { param } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';

export type OpenEvent =
  /** `listed` is false where the list beside it does not have it. */
  | { kind: 'open'; event: FraudEvent | ReviewedEvent; listed: boolean }
  | { kind: 'loading' }
  | { kind: 'missing' }
  | { kind: 'failed'; error: ApiError; retry: () => void };

interface Opened {
  /** null where the address names none. */
  open: OpenEvent | null;
  /** Shows a verdict on the open event, where it is not a row of the list. */
  decided: (id: string, verdict: Verdict | null) => void;
}

/** The event that the address names: the row of the list, which is kept up to date, or asked for by its id. `rows` is null while they load. */
export function useOpenEvent(project: string, rows: readonly FraudEvent[] | null): Opened {
  const id = param('event');
  const [said, setSaid] = useState<{ id: string; verdict: Verdict | null } | null>(null);
  const seen = useRef<FraudEvent | null>(null);
  const row = id === '' ? undefined : rows?.find((event) => event.id === id);
  const key = id === '' || row !== undefined ? null : `${project} ${id}`;
  const asked = useResource(key, (signal) => getEvent(project, id, signal), false);
  const decided: Opened['decided'] = (of, verdict) => setSaid({ id: of, verdict });
  if (id === '') return { open: null, decided };
  // A list that begins anew takes no event away from somebody who is reading it, or writing a note.
  const last = seen.current?.id === id ? seen.current : null;
  const event = row ?? (asked.data?.id === id ? asked.data : last);
  seen.current = event;
  if (event !== null) {
    const isSaid = row === undefined && said?.id === id;
    const shown = isSaid ? { ...event, verdict: said.verdict } : event;
    return { open: { kind: 'open', event: shown, listed: row !== undefined || rows === null }, decided };
  }
  const { error, reload } = asked;
  if (error === null) return { open: { kind: 'loading' }, decided };
  const isMissing = error.kind === 'problem' && error.status === 404;
  return { open: isMissing ? { kind: 'missing' } : { kind: 'failed', error, retry: reload }, decided };
}
