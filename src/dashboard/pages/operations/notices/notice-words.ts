import type { Notice } from '../../../../wire/jobs.ts';
import { plural } from '../../../lib/format.ts';
import type { Headline } from '../../../lib/headline.ts';
import type { Tone } from '../../../lib/tone.ts';

export const SEVERITY: Readonly<Record<Notice['severity'], { tone: Tone; word: string }>> = {
  critical: { tone: 'bad', word: 'Critical' },
  warning: { tone: 'warn', word: 'Warning' },
  info: { tone: 'info', word: 'Info' },
};

/** `databaseBytes` as `Database bytes`. */
export function detailName(name: string): string {
  const words = name.replace(/[_.]/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

const DAY_MS = 24 * 3_600_000;

/** What there is to hear, of the newest ones, and who hears it. `told` is the number of destinations, `hasMore` whether there are older ones. */
export function noticesHeadline(
  { newest, hasMore }: { newest: readonly Notice[]; hasMore: boolean },
  told: number,
  nowMs: number,
): Headline {
  const today = newest.filter(({ atMs }) => nowMs - atMs < DAY_MS);
  const least = hasMore && today.length === newest.length ? 'At least ' : '';
  const critical = today.filter(({ severity }) => severity === 'critical').length;
  const warnings = today.filter(({ severity }) => severity === 'warning').length;
  const detail =
    told === 0 ? 'Nobody is told: choose destinations for them.' : `They are sent to ${plural(told, 'destination')}.`;
  if (critical > 0) return { tone: 'bad', text: `${least}${plural(critical, 'critical notice')} within a day`, detail };
  if (warnings > 0) return { tone: 'warn', text: `${least}${plural(warnings, 'warning')} within a day`, detail };
  const text = newest.length === 0 ? 'There is no notice yet' : 'No warning within a day';
  return { tone: told === 0 ? 'info' : 'ok', text, detail };
}
