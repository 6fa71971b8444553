/** Answers of the fraud routes, made up: for what no real project has in a test, such as 100,000 events. */
import type { Page, Route } from 'playwright-core';
import { RULE_NAMES, type RuleName, type RulesAnswer } from '../../src/wire/fraud.ts';

const MINUTE_MS = 60_000;
const RULES = [
  'user_velocity',
  'new_device',
  'impossible_travel',
  'failure_burst',
  'reference_overlap',
  'country_change',
];
const LONG = 'withdrawal-'.repeat(30);
const counted = (events: number, failures = 0) => ({ events, failures });

export interface MadeUp {
  events: number;
  /** Of the rules; a PUT made from another one is refused. */
  version: number;
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
}

export function madeUpEvent(i: number, nowMs: number): object {
  const score = [4, 12, 0, 47, 88, 100][i % 6] ?? 0;
  const reasons =
    score === 0
      ? []
      : [
          {
            rule: RULES[i % 5],
            points: score === 100 ? 80 : score,
            detail: '9 events of this user in 10 minutes, 8 are usual at most',
          },
          ...(score === 100 ? [{ rule: 'failure_burst', points: 35, detail: '12 failures in 10 minutes' }] : []),
          ...(score === 12
            ? [{ rule: 'confirmed_legitimate', points: 0, detail: 'A reviewer confirmed this user' }]
            : []),
        ];
  const names = ['ada@shop', 'مستخدم-٤٢', `user-${i % 97}`, `u${'x'.repeat(200)}`];
  return {
    id: `01900000-0000-7000-8000-${String(1_000_000 - i).padStart(12, '0')}`,
    atMs: nowMs - Math.floor((i * 50 * MINUTE_MS) / 100_000) - i,
    userId: names[i % 4],
    sessionId: i % 2 ? 'fses_1' : null,
    eventType: i % 11 === 3 ? LONG : ['login', 'withdrawal', 'deposit'][i % 3],
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
      v: 1,
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

function summary(nowMs: number, events: number): object {
  const hour = Math.floor(nowMs / 3_600_000) * 3_600_000;
  const share = (n: number) => Math.floor(events * n);
  return {
    events,
    decisions: { allow: share(0.5), review: share(0.17), deny: share(0.33) },
    hours: [hour - 3_600_000, hour].map((atMs) => ({
      atMs,
      allow: share(0.25),
      review: share(0.08),
      deny: share(0.16),
    })),
    rules: events === 0 ? [] : RULES.map((rule, i) => ({ rule, hits: share(0.3) - i })),
    openReviews: events === 0 ? 0 : 42,
    sessions: events === 0 ? 0 : 1_234,
    outbox: { pending: events === 0 ? 0 : 3, failures: 1, oldestPendingAtMs: nowMs - 9_000 },
  };
}

function graph(): object {
  const users = Array.from({ length: 22 }, (_, i) => ({
    id: `user:u${i}`,
    kind: 'user',
    label: i === 0 ? 'ada@shop' : `user-number-${i}`,
    riskScore: (i * 17) % 100,
    ...(i % 7 === 3 ? { verdict: 'fraud' } : {}),
  }));
  const things = [
    { id: 'device:1', kind: 'device', label: 'dev-4f9a' },
    { id: 'device:2', kind: 'device', label: 'dev-77b0' },
    { id: 'phone:1', kind: 'reference', label: 'ref-93aa' },
    { id: 'email:1', kind: 'reference', label: 'ref-1c2d' },
  ];
  const edges = [
    ...things.map(({ id }) => ({ from: 'user:u0', to: id })),
    ...users.slice(1).map(({ id }, i) => ({ from: id, to: things[i % things.length]?.id })),
  ].map((edge) => ({ ...edge, type: String(edge.to).split(':')[0], lastSeenAtMs: Date.now() - 86_400_000 }));
  return { nodes: [...users, ...things], edges, cut: false };
}

function rules(version: number): RulesAnswer {
  const setting = { enabled: true, points: 25, threshold: 8 };
  const of = <T>(value: (name: RuleName) => T) =>
    Object.fromEntries(RULE_NAMES.map((name) => [name, value(name)])) as Record<RuleName, T>;
  return {
    ...{
      version,
      reviewAt: 40,
      denyAt: 75,
      rules: of((name) => ({
        ...setting,
        points: name === 'new_device' ? 40 : 25,
        threshold: name === 'browser_changed' ? 1 : 8,
      })),
    },
    ...{ changedAtMs: Date.now() - 3_600_000, changedBy: 'usr_1', confirmed: true },
    defaults: { reviewAt: 40, denyAt: 75, rules: of(() => setting) },
    thresholds: of((name) => ({
      unit: 'events in 10 minutes',
      min: 1,
      max: name === 'browser_changed' ? 1 : 400,
      whole: true,
      weak: name === 'country_change',
    })),
  };
}

const dryRun = (nowMs: number) => ({
  ...{
    events: 8_000,
    changed: 150,
    rescored: 900,
    fromMs: nowMs - 3_600_000,
    toMs: nowMs,
    rulesVersion: 3,
    truncated: false,
  },
  matrix: {
    allow: { allow: 5_000, review: 120, deny: 0 },
    review: { allow: 30, review: 1_850, deny: 0 },
    deny: { allow: 0, review: 0, deny: 1_000 },
  },
  examples: [
    {
      ...{ eventId: 'e1', atMs: nowMs - 5_000, userId: 'مستخدم-٤٢' },
      before: { riskScore: 38, decision: 'allow', reasons: [] },
      after: {
        riskScore: 44,
        decision: 'review',
        reasons: [{ rule: 'new_device', points: 44, detail: 'The device is new' }],
      },
    },
  ],
});

const cookies = {
  ...{ count: 14, bytes: 2_900, level: 'yellow', names: ['gsession', 'csrfToken'], namesCut: false, partitioned: 0 },
  fraudSession: { present: false, duplicated: false },
  secure: { host: 0, secure: 0, unproven: 14 },
  warnings: [{ code: 'duplicate_name', detail: 'There more than once, by another domain or path: _ga.' }],
};

const cookieHistory = (nowMs: number) => ({
  items: [],
  nextCursor: null,
  trend: Array.from({ length: 12 }, (_, i) => ({
    day: new Date(nowMs - (11 - i) * 86_400_000).toISOString().slice(0, 10),
    ...{
      samples: 900 + i,
      p50Count: 7,
      p95Count: 14,
      maxCount: 31,
      p50Bytes: 900,
      p95Bytes: 2_944,
      maxBytes: 6_100,
      avgBytes: 1_000,
    },
    levels: { green: 700, yellow: 180, red: 20 + i },
    warnings: { duplicate_name: 4 },
  })),
});

const reference = (type: string, accounts: number) => ({
  ...{ type, reference: 'q3u1H0n5b7c9d2e4f6g8h0', accountCount: accounts },
  accounts: Array.from({ length: Math.min(accounts, 12) }, (_, i) => ({
    ...{
      userId: i === 1 ? 'مستخدم-٤٢' : `user-${i}`,
      firstSeenAtMs: Date.now() - 86_400_000,
      lastSeenAtMs: Date.now(),
    },
    ...{ riskScore: i === 2 ? null : 40, verdict: i === 0 ? 'fraud' : null },
  })),
});

/** Answers every fraud route of the page from here on. */
export async function answerFraud(page: Page, made: MadeUp): Promise<void> {
  const nowMs = Date.now();
  await page.route(/\/api\/fraud\//, async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace('/api/fraud/', '');
    const body: unknown = request.postDataJSON();
    if (request.method() !== 'GET') made.sent.push({ method: request.method(), path, body });
    const json = (answer: object, status = 200) => route.fulfill({ status, json: answer });
    const list = (items: object[]) => json({ items, nextCursor: null });
    const query = url.searchParams;
    if (path === 'summary') return json(summary(nowMs, made.events));
    if (path === 'events' || path === 'history') {
      const from = Number(query.get('cursor') ?? 0);
      const to = Math.min(made.events, from + Number(query.get('limit') ?? 50));
      const items = Array.from({ length: to - from }, (_, i) => madeUpEvent(from + i, nowMs));
      return json({ items, nextCursor: to < made.events ? String(to) : null });
    }
    if (path === 'reviews') {
      const status = query.get('status');
      const all = Array.from(
        { length: Math.min(made.events, 120) },
        (_, i) => madeUpEvent(i, nowMs) as { verdict: string | null },
      );
      const review = { verdict: 'fraud', note: 'Called the customer', decidedBy: 'usr_1', decidedAtMs: nowMs };
      return list(
        all
          .filter(({ verdict }) => (verdict === null) === (status === 'open'))
          .map((event) => ({ ...event, review: status === 'open' ? null : review })),
      );
    }
    if (path.startsWith('reviews/')) return json({});
    if (path === 'graph') return json(graph());
    if (path === 'references')
      return list([{ ...reference('phone', 3), accounts: 3, firstSeenAtMs: nowMs, lastSeenAtMs: nowMs - 60_000 }]);
    if (path === 'cross-lookup') return list([reference('phone', 14), reference('device', 3)]);
    if (path === 'rules' && request.method() === 'PUT') {
      const version = (body as { version: number }).version;
      if (version === made.version) return json(rules(++made.version));
      return json(
        { status: 409, code: 'settings_changed', title: 'Changed', detail: 'The rules have changed.', errors: [] },
        409,
      );
    }
    if (path === 'rules') return json(rules(made.version));
    if (path === 'rules/quality')
      return list(
        RULES.map((rule, i) => ({ rule, hits: 90 * i, fraud: 9 * i, legitimate: i, precision: i === 0 ? null : 0.9 })),
      );
    if (path === 'rules/dry-run') return json(dryRun(nowMs));
    if (path === 'cookie-telemetry') return json(cookies);
    if (path === 'cookie-telemetry/history') return json(cookieHistory(nowMs));
    return json({});
  });
}
