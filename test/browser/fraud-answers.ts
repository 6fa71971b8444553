/** Answers of the fraud routes, made up: for what no real project has in a test, such as 100,000 events. Their types are the Worker's. */
import type { Page, Route } from 'playwright-core';
import type { CookieDay, CookieTelemetry } from '../../src/wire/cookies.ts';
import {
  type AccountGraph,
  type Decision,
  type DryRun,
  type FraudEvent,
  type FraudSummary,
  type GraphNode,
  type Reference,
  type ReferenceType,
  type Review,
  type ReviewedEvent,
  RULE_NAMES,
  type RuleName,
  type RuleQuality,
  type RulesAnswer,
  type SharedReference,
} from '../../src/wire/fraud.ts';
import { listMadeUp, madeUpEvent, RULES } from './made-up-events.ts';

export interface MadeUp {
  events: number;
  /** Of the rules; a PUT made from another one is refused. */
  version: number;
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
}

const HOUR_MS = 3_600_000;

function summary(nowMs: number, events: number, query: URLSearchParams): FraudSummary {
  const fromMs = Math.floor(Number(query.get('from')) / HOUR_MS) * HOUR_MS;
  const inRange = Math.ceil((Number(query.get('to')) - fromMs) / HOUR_MS);
  const share = (n: number) => Math.floor(events * n);
  const hours = Array.from({ length: events === 0 ? 0 : inRange }, (_, i) => ({
    ...{ atMs: fromMs + i * HOUR_MS, allow: share(0.005) * (1 + (i % 24)), review: share(0.002), deny: share(0.003) },
  }));
  const sum = (name: Decision) => hours.reduce((all, hour) => all + hour[name], 0);
  const decisions = { allow: sum('allow'), review: sum('review'), deny: sum('deny') };
  return {
    events: decisions.allow + decisions.review + decisions.deny,
    decisions,
    hours,
    rules: events === 0 ? [] : RULES.map((rule, i) => ({ rule, hits: share(0.3) - i })),
    openReviews: events === 0 ? 0 : 42,
    sessions: events === 0 ? 0 : 1_234,
    outbox: { pending: events === 0 ? 0 : 3, failures: 1, oldestPendingAtMs: nowMs - 9_000 },
  };
}

function graph(): AccountGraph {
  const users = Array.from(
    { length: 22 },
    (_, i): GraphNode => ({
      id: `user:u${i}`,
      kind: 'user',
      label: i === 0 ? 'ada@shop' : `user-number-${i}`,
      riskScore: (i * 17) % 100,
      ...(i % 7 === 3 ? { verdict: 'fraud' as const } : {}),
    }),
  );
  const things: GraphNode[] = [
    { id: 'device:1', kind: 'device', label: 'dev-4f9a' },
    { id: 'device:2', kind: 'device', label: 'dev-77b0' },
    { id: 'phone:1', kind: 'reference', label: 'ref-93aa' },
    { id: 'email:1', kind: 'reference', label: 'ref-1c2d' },
  ];
  const edges = [
    ...things.map(({ id }) => ({ from: 'user:u0', to: id })),
    ...users.slice(1).map(({ id }, i) => ({ from: id, to: things[i % things.length]?.id ?? '' })),
  ].map((edge) => ({ ...edge, type: edge.to.split(':')[0] ?? '', lastSeenAtMs: Date.now() - 86_400_000 }));
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

const review = (nowMs: number): Review => ({
  ...{ verdict: 'fraud', note: 'Called the customer', decidedBy: 'usr_1', decidedAtMs: nowMs, applied: true },
});

const dryRun = (nowMs: number): DryRun => ({
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

const cookies: CookieTelemetry = {
  ...{ count: 14, bytes: 2_900, level: 'yellow', names: ['gsession', 'csrfToken'], namesCut: false, partitioned: 0 },
  fraudSession: { present: false, duplicated: false },
  secure: { host: 0, secure: 0, unproven: 14 },
  warnings: [{ code: 'duplicate_name', detail: 'There more than once, by another domain or path: _ga.' }],
};

const cookieHistory = (nowMs: number) => ({
  items: [],
  nextCursor: null,
  trend: Array.from(
    { length: 12 },
    (_, i): CookieDay => ({
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
    }),
  ),
});

const reference = (type: ReferenceType, accounts: number): SharedReference => ({
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
    const list = <T extends object>(items: T[]) => json({ items, nextCursor: null });
    const query = url.searchParams;
    if (path === 'summary') return json(summary(nowMs, made.events, query));
    if (path === 'events' || path === 'history') return json(listMadeUp(made.events, query, nowMs));
    const reviewed = (event: FraudEvent): ReviewedEvent => ({ ...event, review: event.verdict && review(nowMs) });
    if (path.startsWith('events/')) {
      const i = 1_000_000 - Number(path.slice(-12));
      if (i >= 0 && i < made.events) return json(reviewed(madeUpEvent(i, nowMs)));
      return json({ status: 404, code: 'not_found', title: 'Not found', detail: 'There is no such resource.' }, 404);
    }
    if (path === 'reviews') {
      const isOpen = query.get('status') === 'open';
      const all = Array.from({ length: Math.min(made.events, 720) }, (_, i) => madeUpEvent(i, nowMs));
      const isListed = ({ verdict, decision }: FraudEvent) =>
        isOpen ? verdict === null && decision === 'review' : verdict !== null;
      return list<ReviewedEvent>(all.filter(isListed).map(reviewed));
    }
    if (path.startsWith('reviews/')) return json({});
    if (path === 'graph') return json(graph());
    if (path === 'references') {
      const { type, reference: hash } = reference('phone', 3);
      return list<Reference>([
        { type, reference: hash, accounts: 3, firstSeenAtMs: nowMs - 60_000, lastSeenAtMs: nowMs },
      ]);
    }
    if (path === 'cross-lookup') return list<SharedReference>([reference('phone', 14), reference('device', 3)]);
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
      return list<RuleQuality>(
        RULE_NAMES.map((rule, i) => ({
          rule,
          hits: 90 * i,
          fraud: 9 * i,
          legitimate: i,
          precision: i === 0 ? null : 0.9,
        })),
      );
    if (path === 'rules/dry-run') return json(dryRun(nowMs));
    if (path === 'cookie-telemetry') return json(cookies);
    if (path === 'cookie-telemetry/history') return json(cookieHistory(nowMs));
    return json({});
  });
}
