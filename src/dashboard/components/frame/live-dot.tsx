import { duration } from '../../lib/format.ts';
import { now, ticking } from '../../state/clock.ts';
import { link } from '../../state/link.ts';
import { Link } from '../link.tsx';
import { StatusDot, type Tone } from '../status-dot.tsx';
import { pageHref } from './rail.tsx';

/** Whether what is on screen moves by itself. Leads to the live page. */
export function LiveDot() {
  const [tone, word] = faceOf();
  return (
    <Link class="live-dot" href={pageHref('/live')} title={`Live link: ${word}`}>
      <StatusDot tone={tone}>{word}</StatusDot>
    </Link>
  );
}

function faceOf(): [Tone, string] {
  const state = link.value;
  switch (state.kind) {
    case 'off':
      return ['off', 'Not live'];
    case 'connecting':
      return ['info', 'Connecting'];
    case 'live':
      return ['ok', 'Live'];
    case 'paused':
      return ['warn', 'Paused'];
    case 'lost':
      ticking.value;
      return ['bad', `Lost ${duration(now() - state.sinceMs)}`];
  }
}
