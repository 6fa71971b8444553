import type { VitalsScope } from '../../../wire/vitals.ts';
import { dateTime } from '../../lib/format.ts';

/** How figures were counted, where that is not the usual way. */
function scopeText({ source, complete, countedFromMs }: VitalsScope): string | null {
  if (!complete) return `Counted only from ${dateTime(countedFromMs)} on: one request may read only so much.`;
  return source === 'records' ? 'Counted from the records themselves, as no summary is kept for these filters.' : null;
}

/** Within a panel, whose neighbours were counted otherwise. */
export function ScopeLine({ scope }: { scope: VitalsScope | null }) {
  return (
    <p class={scope?.complete === false ? 'vitals-scope tone-warn' : 'vitals-scope'}>{scope && scopeText(scope)}</p>
  );
}
