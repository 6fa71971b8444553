/** Answers of the alert routes, made up: for what no real project has in a test, such as 1,000 firings. Their types are the Worker's. */
import type { Page, Route } from 'playwright-core';
import type {
  AlertRule,
  AlertRuleInput,
  Condition,
  Firing,
  FiringState,
  RulePreview,
  RuleStatus,
  Silence,
} from '../../src/wire/alerts.ts';
import { DEFAULT_BREAKER, type Destination } from '../../src/wire/delivery.ts';

export interface MadeUp {
  firings: Firing[];
  rules: (AlertRule & { status: RuleStatus | null })[];
  silences: Silence[];
  destinations: Destination[];
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
  /** In place of the next answer to a change: a refusal. */
  refusal: { status: number; body: object } | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const LONG = 'payments-in-the-checkout-'.repeat(12);
const RTL = 'أخطاء الدفع في المتجر';

const CONDITIONS: Condition[] = [
  {
    ...{ kind: 'log_count', stream: 'logs', query: 'level:>=error service:checkout', comparison: 'above' },
    ...{ threshold: 10, groupBy: 'service' },
  },
  { kind: 'silence', stream: 'logs', query: 'service:heartbeat' },
  {
    ...{ kind: 'measure', source: 'vitals', name: 'LCP', stat: 'p75', labels: { device: 'mobile' }, by: 'page' },
    ...{ leastCount: 20, comparison: 'above', threshold: 4_000 },
  },
  { kind: 'error_rate', fingerprint: null, threshold: 20 },
  { kind: 'fraud_score', minScore: 80, threshold: 5 },
  { kind: 'cookie_bloat', stat: 'max_bytes', threshold: 4_096 },
  { kind: 'anomaly', stream: 'operations', name: 'p2p', stat: 'failedShare', by: 'gateway' },
];
const NAMES = [
  'Errors in checkout',
  'Heartbeat is missing',
  RTL,
  LONG,
  'High fraud scores',
  'Large cookies',
  'Odd hours',
];
const SEVERITIES = ['critical', 'warning', 'info'] as const;

export function madeUpRule(i: number, nowMs: number): AlertRule & { status: RuleStatus | null } {
  const condition = CONDITIONS[i % CONDITIONS.length] as Condition;
  const state = (['firing', 'pending', 'inactive', 'inactive'] as const)[i % 4] ?? 'inactive';
  const id = `rul_${String(i).padStart(4, '0')}`;
  return {
    ...{
      id,
      projectId: 'prj',
      version: 3,
      createdAtMs: nowMs - WEEK_MS,
      changedAtMs: nowMs - HOUR_MS,
      changedBy: 'usr_1',
    },
    ...{ name: i < NAMES.length ? (NAMES[i] ?? '') : `Rule ${i}`, condition, windowSeconds: 300, forSeconds: 60 },
    ...{ severity: SEVERITIES[i % 3] ?? 'info', labels: { team: 'payments', note: i === 3 ? LONG : 'x' } },
    muteWindows: i % 2 ? [] : [{ days: [6, 0], fromMinute: 1_320, toMinute: 420, timeZone: 'Europe/Berlin' }],
    ...{ notifyResolved: true, groupWaitSeconds: 30, repeatSeconds: 14_400 },
    ...{ destinationIds: i % 3 === 0 ? ['dst_1', 'dst_gone'] : [], enabled: i % 5 !== 4 },
    status:
      i % 7 === 6
        ? null
        : {
            ...{ ruleId: id, state, value: i % 4 === 3 ? null : 1_234.5, evaluatedAtMs: nowMs - 12_000 },
            ...{ problem: i % 4 === 3 ? 'Fewer than 20 events in the window, so nothing is known.' : null },
            ...{ firing: state === 'firing' ? 3 : 0, pending: state === 'pending' ? 1 : 0 },
          },
  };
}

export function madeUpFiring(i: number, state: FiringState, nowMs: number): Firing {
  const rule = madeUpRule(i % 40, nowMs);
  const sinceMs = nowMs - (state === 'resolved' ? 2 * MINUTE_MS : 0) - (i + 1) * 3_000;
  const group = ['api', '', 'خدمة الدفع', 'x'.repeat(240)][i % 4] ?? '';
  return {
    ...{ id: `frg_${state}_${i}`, ruleId: rule.id, ruleName: rule.name, severity: rule.severity, group, state },
    labels: { ...rule.labels, ...(group === '' ? {} : { service: group }) },
    ...{ pendingSinceMs: sinceMs, firedAtMs: state === 'pending' ? null : sinceMs + 1_000 },
    resolvedAtMs: state === 'resolved' ? sinceMs + MINUTE_MS : null,
    ...{ value: 42.25, threshold: 10, summary: `42 records match level:>=error in 5 minutes, more than 10 (${group})` },
    ...{
      notices: state === 'pending' ? 0 : i % 3,
      lastNoticeAtMs: state !== 'pending' && i % 3 ? sinceMs + 2_000 : null,
    },
    quiet: (['silenced', null, 'muted', null, 'acknowledged'] as const)[i % 5] ?? null,
    acknowledged:
      i % 5 === 4 ? { by: 'usr_1', byName: 'ada', atMs: nowMs - 60_000, note: 'Looking at it. שלום' } : null,
  };
}

const madeUpSilence = (i: number, nowMs: number): Silence => ({
  ...{ id: `sil_${i}`, projectId: 'prj', matchers: { rule: 'rul_0000', group: i === 1 ? LONG : 'api' } },
  ...{ fromMs: nowMs - HOUR_MS, untilMs: nowMs + (i + 1) * HOUR_MS, comment: i === 0 ? null : RTL },
  ...{ createdBy: 'usr_1', createdByName: 'ada', createdAtMs: nowMs - HOUR_MS },
});

const destination = (id: string, name: string): Destination => ({
  ...{ id, projectId: 'prj', name, kind: 'slack', url: 'https://hooks.example.test/x', headers: [], template: null },
  ...{ timeoutMs: 5_000, ordered: false, maxPerSecond: 10, warmProbe: false, breaker: DEFAULT_BREAKER, secrets: [] },
  ...{ disabled: false, disabledReason: null, version: 1, createdAtMs: 0, changedAtMs: 0, confirmed: true },
});

/** `firings` of each state. */
export function madeUp(firings: number, rules = firings === 0 ? 0 : 40): MadeUp {
  const nowMs = Date.now();
  const of = (state: FiringState, count: number) =>
    Array.from({ length: Math.ceil(count) }, (_, i) => madeUpFiring(i, state, nowMs));
  return {
    firings: [...of('firing', firings), ...of('pending', firings / 5), ...of('resolved', firings)],
    rules: Array.from({ length: rules }, (_, i) => madeUpRule(i, nowMs)),
    silences: Array.from({ length: Math.min(firings, 3) }, (_, i) => madeUpSilence(i, nowMs)),
    destinations: rules === 0 ? [] : [destination('dst_1', 'On call'), destination('dst_2', LONG)],
    ...{ sent: [], refusal: null },
  };
}

function preview(rule: AlertRuleInput, nowMs: number): RulePreview {
  const stepMs = HOUR_MS / 2;
  const fromMs = Math.floor((nowMs - WEEK_MS) / stepMs) * stepMs;
  const threshold = 'threshold' in rule.condition ? rule.condition.threshold : null;
  const points = Array.from({ length: 336 }, (_, i) => ({
    ts: fromMs + i * stepMs,
    value: i % 50 === 7 ? null : 6 + 5 * Math.sin(i / 9) + (i % 97 === 0 ? 9 : 0),
  }));
  const firings = [40, 120, 300].map((at) => ({
    ...{ group: 'api', firedAtMs: fromMs + at * stepMs, resolvedAtMs: fromMs + (at + 6) * stepMs, value: 14.2 },
  }));
  return {
    ...{ fromMs, toMs: fromMs + WEEK_MS, stepMs, threshold, comparison: 'above' },
    series: [
      { group: 'api', points },
      { group: RTL, points: points.map(({ ts, value }) => ({ ts, value: value === null ? null : value / 3 })) },
    ],
    // As the threshold rises it fires less.
    firings: (threshold ?? 0) > 100 ? [] : firings,
    ...{ notices: 6, complete: true, countedFromMs: fromMs },
  };
}

/** Answers every alert route of the page from here on. */
export async function answerAlerts(page: Page, made: MadeUp): Promise<void> {
  const nowMs = Date.now();
  let made1 = 0;
  await page.route(/\/api\/(alerts|destinations)\b/, async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace('/api/', '').replace('alerts/', '');
    const method = request.method();
    const body: unknown = request.postDataJSON();
    const isChange = method !== 'GET' && path !== 'rules/preview';
    if (isChange) made.sent.push({ method, path, body });
    const json = (answer: object, status = 200) => route.fulfill({ status, json: answer });
    const none = () => json({ status: 404, code: 'not_found', title: 'Not found', detail: 'There is none.' }, 404);
    if (isChange && made.refusal) {
      const { status, body: refused } = made.refusal;
      made.refusal = null;
      return json({ status, title: 'Refused', detail: 'It was refused.', ...refused }, status);
    }
    const list = (items: object[]) => json({ items, nextCursor: null });
    const id = path.split('/')[1] ?? '';
    if (path === 'destinations') return list(made.destinations);
    if (path === 'firings') {
      const { state, rule, limit, cursor } = Object.fromEntries(url.searchParams);
      const all = made.firings.filter((one) => one.state === state && (!rule || one.ruleId === rule));
      const from = Number(cursor ?? 0);
      const to = from + Number(limit);
      return json({ items: all.slice(from, to), nextCursor: to < all.length ? String(to) : null });
    }
    if (path.endsWith('/acknowledge')) {
      const { note = null } = body as { note?: string };
      const by = { by: 'usr_1', byName: 'admin', atMs: nowMs, note };
      made.firings = made.firings.map((one) =>
        one.id === id ? { ...one, quiet: 'acknowledged', acknowledged: by } : one,
      );
      return json({});
    }
    if (path.startsWith('firings/')) {
      const found = made.firings.find((one) => one.id === id);
      return found ? json(found) : none();
    }
    if (path === 'silences' && method === 'POST') {
      const silence = { ...madeUpSilence(0, nowMs), comment: null, ...(body as object), id: `sil_new_${++made1}` };
      made.silences = [...made.silences, silence];
      return json(silence, 201);
    }
    if (path === 'silences') return list(made.silences);
    if (path.startsWith('silences/')) {
      made.silences = made.silences.filter((one) => one.id !== id);
      return route.fulfill({ status: 204 });
    }
    if (path === 'rules/preview') {
      const rule = body as AlertRuleInput;
      if ('query' in rule.condition && rule.condition.query.includes('((')) return json(BAD_QUERY, 400);
      return json(preview(rule, nowMs));
    }
    if (path === 'rules' && method === 'POST') {
      const rule = {
        ...madeUpRule(0, nowMs),
        ...(body as AlertRuleInput),
        id: `rul_new_${++made1}`,
        version: 1,
        status: null,
      };
      made.rules = [...made.rules, rule];
      return json(rule, 201);
    }
    if (path === 'rules') return list(made.rules);
    const rule = made.rules.find((one) => one.id === id);
    if (!rule) return none();
    if (method === 'DELETE') {
      made.rules = made.rules.filter((one) => one !== rule);
      return route.fulfill({ status: 204 });
    }
    const changed = { ...rule, ...(body as object), version: rule.version + 1 };
    made.rules = made.rules.map((one) => (one === rule ? changed : one));
    return json(changed);
  });
}

const BAD_QUERY = {
  ...{ status: 400, code: 'invalid_input', title: 'Invalid input', detail: 'The rule is not valid.' },
  errors: [
    {
      ...{ pointer: '/condition/query', reason: 'character 17: a parenthesis is not closed' },
    },
  ],
};
