import type { ComponentChildren } from 'preact';
import type { QueryFault } from '../../lib/errors.ts';
import { tokenize } from '../../lib/query-tokens.ts';

/** The search drawn in colours, with the fault underlined at its exact characters. Lies under a transparent input. */
export function Highlighted({ q, fault }: { q: string; fault: QueryFault | null }) {
  const parts: ComponentChildren[] = [];
  for (const token of tokenize(q)) {
    const end = token.start + token.text.length;
    const name = `tok-${token.kind}`;
    const from = fault ? Math.max(token.start, Math.min(end, fault.position)) : end;
    const to = fault ? Math.max(from, Math.min(end, fault.position + Math.max(1, fault.length))) : end;
    parts.push(
      <span key={token.start} class={name}>
        {q.slice(token.start, from)}
        {to > from ? <span class="tok-fault">{q.slice(from, to)}</span> : null}
        {q.slice(to, end)}
      </span>,
    );
  }
  // A fault behind the last character: something is missing there.
  if (fault && fault.position >= q.length)
    parts.push(
      <span key="end" class="tok-fault">
        {'\u2007'}
      </span>,
    );
  return <>{parts}</>;
}
