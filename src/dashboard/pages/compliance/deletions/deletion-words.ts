import type { DeletionRequest, DeletionState, ErasureCategory, ErasureStep } from '../../../../wire/compliance.ts';
import { duration, exact, plural } from '../../../lib/format.ts';
import type { Headline } from '../../../lib/headline.ts';
import type { Tone } from '../../../lib/tone.ts';

const DAY_MS = 86_400_000;
/** As long before its deadline as operators are told. */
const NEAR_MS = 3 * DAY_MS;

export const STATE_WORDS: Record<DeletionState, string> = {
  grace: 'In its grace period',
  due: 'Due',
  running: 'Being erased',
  done: 'Erased',
  cancelled: 'Cancelled',
};

export const STATE_TONES: Record<DeletionState, Tone> = {
  grace: 'info',
  due: 'warn',
  running: 'warn',
  done: 'ok',
  cancelled: 'off',
};

export const CATEGORY_WORDS: Record<ErasureCategory, string> = {
  records: 'Records',
  fraud_profile: 'Fraud profile',
  fraud_events: 'Fraud events',
  error_samples: 'Samples of errors',
  etl_rejects: 'Rejects of ETL jobs',
  deliveries: 'Deliveries to destinations',
  breach_register: 'Register of breaches',
  caches: 'Kept answers',
};

export const STEP_WORDS: Record<ErasureStep['state'], { word: string; tone: Tone }> = {
  waiting: { word: 'Waiting', tone: 'off' },
  running: { word: 'Running', tone: 'info' },
  done: { word: 'Erased', tone: 'ok' },
  held: { word: 'Held', tone: 'warn' },
  failed: { word: 'Failed, tried again', tone: 'bad' },
};

export function isOpen({ state }: DeletionRequest): boolean {
  return state !== 'done' && state !== 'cancelled';
}

/** As people call the person; once it is forgotten only its reference is left. */
export function personWords({ identity, reference }: DeletionRequest): string {
  const [first] = identity ? [...identity.identifiers, ...identity.userIds, ...identity.sessionIds] : [];
  return first ?? `reference ${reference.slice(0, 12)}`;
}

export function countWords(counts: Record<string, number>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0
    ? 'nothing there'
    : parts.map(([name, count]) => `${exact(count)} ${count === 1 ? name.replace(/s$/, '') : name}`).join(', ');
}

/** What must be done by when: the nearest deadline of what is not done. `isWhole` false: there are more than were read. */
export function deletionHeadline(open: readonly DeletionRequest[], isWhole: boolean, nowMs: number): Headline {
  const [next] = open.toSorted((a, b) => a.deadlineAtMs - b.deadlineAtMs);
  if (next === undefined) {
    return { tone: 'ok', text: 'No request waits', detail: 'Everything that was asked for is erased or cancelled.' };
  }
  const over = open.filter(({ deadlineAtMs }) => deadlineAtMs <= nowMs);
  const failing = open.filter(({ problem }) => problem !== null).length;
  const about = `${isWhole ? '' : 'At least '}${plural(open.length, 'request')} ${isWhole && open.length === 1 ? 'is' : 'are'} not done.`;
  const trouble = failing === 0 ? '' : ` ${plural(failing, 'request')} ${failing === 1 ? 'meets' : 'meet'} a problem.`;
  if (over.length > 0) {
    return {
      tone: 'bad',
      text: `${plural(over.length, 'request')} ${over.length === 1 ? 'is' : 'are'} past the deadline`,
      detail: `${about}${trouble}`,
    };
  }
  const leftMs = next.deadlineAtMs - nowMs;
  return {
    tone: leftMs <= NEAR_MS || failing > 0 ? 'warn' : 'ok',
    text: `The next deadline is in ${duration(leftMs)}`,
    detail: `${about}${trouble}`,
  };
}
