import type { ArchiveStatus } from '../../../wire/archive.ts';
import { Stat } from '../../components/stat.tsx';
import { bytes, duration, exact, percent, plural } from '../../lib/format.ts';
import { days, ratioOf } from './archive-words.ts';

/** null while it is not known: its place is the same. */
export function ArchiveStats({ status }: { status: ArchiveStatus | null }) {
  const ratio = status ? ratioOf(status) : null;
  const whole = status ? status.packedBytes + status.hot.packedBytes : 0;
  return (
    <section class="stats archive-stats" aria-label="Figures">
      <Stat
        label="Behind"
        tone="plain"
        value={status && (status.lagMs === 0 ? 'nothing' : duration(status.lagMs))}
        trend={status && note(status.due === 0 ? 'no block waits' : `${plural(status.due, 'block')} due`)}
      />
      <Stat
        label="In the database"
        tone="plain"
        value={status && bytes(status.hot.packedBytes)}
        title={status ? `${exact(status.hot.packedBytes)} bytes packed, ${exact(status.hot.rawBytes)} raw` : ''}
        trend={status && note(`${plural(status.hot.records, 'record')} of ${days(status.hotDaysInForce)}`)}
      />
      <Stat
        label="Archived"
        tone="plain"
        value={status && bytes(status.packedBytes)}
        title={status ? `${exact(status.packedBytes)} bytes packed, ${exact(status.rawBytes)} raw` : ''}
        trend={status && note(`${plural(status.records, 'record')} in ${plural(status.archives, 'object')}`)}
      />
      <Stat
        label="Packed to"
        tone="plain"
        value={status && (ratio === null ? '–' : percent(ratio))}
        trend={status && note(whole === 0 ? 'nothing yet' : `of ${bytes(status.rawBytes)} raw`)}
      />
      <Stat
        label="Oldest day"
        tone="plain"
        value={status && (status.oldestDay ?? '–')}
        trend={status && note(`kept for ${days(status.settings.retentionDays)}`)}
      />
    </section>
  );
}

function note(text: string): { text: string; tone: 'plain' } {
  return { text, tone: 'plain' };
}
