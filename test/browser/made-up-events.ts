/** Events of a busy project, made up: the newest is 0. Listed as the Worker lists. */
import type { FraudEvent, RuleName } from '../../src/wire/fraud.ts';
import { QUIET_FACTS } from '../helpers/fraud-facts.ts';

const MINUTE_MS = 60_000;
export const RULES: readonly RuleName[] = [
  'user_velocity',
  'new_device',
  'impossible_travel',
  'failure_burst',
  'reference_overlap',
  'country_change',
];
const LONG = 'withdrawal-'.repeat(30);
const counted = (events: number, failures = 0) => ({ events, failures });

export const madeUpId = (i: number): string => `01900000-0000-7000-8000-${String(1_000_000 - i).padStart(12, '0')}`;

export function madeUpEvent(i: number, nowMs: number): FraudEvent {
  const score = [4, 12, 0, 47, 88, 100][i % 6] ?? 0;
  const reasons =
    score === 0
      ? []
      : [
          {
            rule: RULES[i % 5] ?? 'new_device',
            points: score === 100 ? 80 : score,
            detail: '9 events of this user in 10 minutes, 8 are usual at most',
          },
          ...(score === 100
            ? [{ rule: 'failure_burst' as const, points: 35, detail: '12 failures in 10 minutes' }]
            : []),
          ...(score === 12
            ? [{ rule: 'confirmed_legitimate' as const, points: 0, detail: 'A reviewer confirmed this user' }]
            : []),
        ];
  const names = ['ada@shop', 'مستخدم-٤٢', `user-${i % 97}`, `u${'x'.repeat(200)}`];
  return {
    id: madeUpId(i),
    atMs: nowMs - Math.floor((i * 50 * MINUTE_MS) / 100_000) - i,
    userId: names[i % 4] ?? '',
    sessionId: i % 2 ? 'fses_1' : null,
    eventType: i % 11 === 3 ? LONG : (['login', 'withdrawal', 'deposit'][i % 3] ?? ''),
    success: i % 5 !== 2,
    amountCents: i % 3 === 0 ? null : 12_345 * (i % 40),
    gateway: 'card',
    metadata: { note: 'שלום עולם', items: [1, 2] },
    deviceRef: 'ref-device',
    addressRef: 'ref-address',
    country: 'GB',
    riskScore: score,
    decision: score >= 75 ? 'deny' : score >= 40 ? 'review' : 'allow',
    reasons,
    rulesVersion: 3,
    facts: {
      ...QUIET_FACTS,
      user: { lastMinute: counted(1), last10Minutes: counted(9, 4), lastHour: counted(9, 4), lastDay: counted(20, 4) },
      userAgeMs: 86_400_000,
      deviceOfUser: { sinceMs: 0, otherDevices: 2 },
      otherUsersOnDevice: 3,
      travel: { km: 5_570, elapsedMs: 3_600_000 },
      countryChange: null,
      amounts: { count: 12, meanLog: 8.5, sdLog: 0.4, maxCents: 20_000 },
      sharedReferences: { accounts: 2, types: ['phone', 'device'] },
      confirmedFraud: { user: false, device: false, linkedAccounts: 1 },
      confirmedLegitimate: { user: false, device: false },
      cookies: { session: 'valid', device: 'known', deviceMismatch: false, duplicated: false, browserChanged: false },
    },
    verdict: i % 13 === 4 ? 'fraud' : null,
  };
}

/** As many as the Worker looks at for a page. */
const SCANNED = 20_000;

/** As the Worker lists: of a time and filters, newest first, a part of them at once. */
export function listMadeUp(events: number, query: URLSearchParams, nowMs: number) {
  const number = (name: string, fallback: number) => Number(query.get(name) ?? fallback);
  const text = (name: string, value: string) => [null, value].includes(query.get(name));
  const [fromMs, toMs, limit] = [number('from', 0), number('to', Infinity), number('limit', 50)];
  const cursorOf = ({ atMs }: FraudEvent, i: number) => `${atMs}.${1_000_000 - i}`;
  const first = query.has('cursor') ? 1_000_001 - Number(query.get('cursor')?.split('.')[1]) : 0;
  const end = Math.min(events, first + SCANNED);
  const items: FraudEvent[] = [];
  for (let i = first; i < end; i++) {
    const event = madeUpEvent(i, nowMs);
    if (event.atMs < fromMs) return { items, nextCursor: null };
    const { atMs, userId, decision, riskScore, reasons } = event;
    const rule = query.get('rule');
    const isListed =
      atMs < toMs &&
      text('userId', userId) &&
      text('decision', decision) &&
      riskScore >= number('minScore', 0) &&
      (rule === null || reasons.some((reason) => reason.rule === rule));
    if (isListed) items.push(event);
    if (items.length === limit || i === end - 1)
      return { items, nextCursor: i + 1 < events ? cursorOf(event, i) : null };
  }
  return { items, nextCursor: null };
}
