/** Answers of the routes of errors and sessions, made up: for what no real project has in a test, such as 5,000 groups. */
import type { Page, Route } from 'playwright-core';
import type {
  ErrorGroup,
  ErrorGroupDetail,
  ErrorGroups,
  ErrorStatus,
  Occurrence,
  Release,
  SessionList,
  SessionSummary,
  SessionTimeline,
  StackFrame,
} from '../../src/wire/error-groups.ts';
import type { LogRecord, Stream } from '../../src/wire/record.ts';

export interface MadeUpErrors {
  groups: number;
  sessions: number;
  /** What was asked, newest last: path and query. */
  asked: string[];
  /** What somebody said of the first group. */
  status?: ErrorStatus;
}

const MINUTE_MS = 60_000;
const LONG = 'CheckoutSummaryTotalWithoutAnySpace'.repeat(20);
const TYPES = ['TypeError', 'ReferenceError', 'RangeError', 'ChunkLoadError', 'Error'];
const PAGES = ['/checkout', '/cart', '/users/:id', '/products/:id/reviews', '/'];
const BROWSERS = ['Chrome', 'Safari', 'Firefox', 'Edge'];
const hex = (n: number, width: number) => n.toString(16).padStart(width, '0');
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;

function messageOf(i: number): string {
  if (i === 3) return LONG;
  if (i === 4) return 'تعذر إتمام الدفع: انتهت مهلة البنك رقم 4711';
  if (i === 5) return 'first line\n\tat second line of a message';
  return `Cannot read properties of undefined (reading 'total${i}')`;
}

export function madeUpGroup(i: number, nowMs: number): ErrorGroup {
  const count = Math.max(1, Math.floor(48_000 / (i + 1)));
  return {
    fingerprint: hex(i + 1, 16),
    type: i === 3 ? LONG : pick(TYPES, i),
    message: messageOf(i),
    culprit: i % 9 === 8 ? null : i === 3 ? `${LONG} in src/${LONG}.ts` : `sumOf in src/cart/total-${i}.ts`,
    count,
    sessions: i === 7 ? null : Math.ceil(count / 3),
    firstSeenMs: nowMs - (i % 4 === 1 ? 20 * MINUTE_MS : 9 * 86_400_000),
    lastSeenMs: nowMs - i * 37_000 - 2_000,
    firstRelease: i % 4 === 1 ? '2.14.0' : null,
    ...{ status: i === 2 ? 'regressed' : i === 6 ? 'resolved' : 'open', statusAtMs: null },
    releases: [
      { release: i === 3 ? LONG : '2.14.0', count: Math.ceil(count * 0.8) },
      { release: '2.13.2', count: Math.floor(count * 0.2) },
    ],
    trend: Array.from({ length: 24 }, (_, at) => Math.floor(count * (0.01 + ((at * (i + 3)) % 7) / 100))),
  };
}

function groups({ groups: many }: MadeUpErrors, query: URLSearchParams, nowMs: number): ErrorGroups {
  const fromMs = Number(query.get('from'));
  const toMs = Number(query.get('to'));
  const offset = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  const found = query.get('q') === 'nothing-has-this' ? 0 : many;
  const items = Array.from({ length: Math.max(0, Math.min(limit, found - offset)) }, (_, i) =>
    madeUpGroup(offset + i, nowMs),
  );
  const { buckets, bucketMs } = bucketsOf(fromMs, toMs, found);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const next = offset + items.length;
  return {
    ...{ fromMs, toMs, buckets, bucketMs, total, items, complete: true },
    nextCursor: next < found ? String(next) : null,
  };
}

function bucketsOf(fromMs: number, toMs: number, scale: number) {
  const bucketMs = Math.max(MINUTE_MS, Math.ceil((toMs - fromMs) / 60 / MINUTE_MS) * MINUTE_MS);
  const first = Math.floor(fromMs / bucketMs) * bucketMs;
  const length = Math.ceil((toMs - first) / bucketMs);
  const buckets = Array.from({ length }, (_, i) => ({
    ts: first + i * bucketMs,
    count: scale === 0 ? 0 : Math.floor(40 + 30 * Math.sin(i / 5) + (i === 40 ? 300 : 0)),
  }));
  return { buckets, bucketMs };
}

const frame = (rest: Partial<StackFrame>): StackFrame => ({
  ...{ function: 'e', file: 'https://shop.example/assets/app-4f9a.js', line: 1, column: 4_711, inApp: true },
  ...{ original: null, ...rest },
});

function framesOf(i: number): StackFrame[] {
  const original = {
    ...{ function: 'sumOf', file: 'src/cart/total.ts', line: 41, column: 17 },
    context: Array.from({ length: 7 }, (_, at) => ({
      line: 38 + at,
      text: at === 3 ? '  return items.reduce((sum, item) => sum + item.price.total, 0);' : `  // line ${38 + at}`,
    })),
  };
  const vendor = (name: string) =>
    frame({ function: name, file: 'https://shop.example/assets/vendor-77b0.js', inApp: false });
  return [
    frame({ original }),
    frame({ function: 'pay', column: 9_001, original: { ...original, function: 'pay', line: 12, context: [] } }),
    ...['commit', 'flush', 'run'].map(vendor),
    frame({ function: i % 2 === 0 ? 'onClick' : LONG, column: 120, original: null }),
    frame({ function: null, file: null, line: null, column: null, inApp: false }),
  ];
}

function recordOf(i: number, stream: Stream, ts: number, rest: Partial<LogRecord> = {}): LogRecord {
  return {
    id: `01900000-0000-7000-8000-${String(1_000_000 - i).padStart(12, '0')}`,
    ...{ ts, stream, level: stream === 'errors' ? 'error' : 'info', service: 'shop', message: '', attrs: {} },
    ...{ sessionId: `visit-${i % 7}`, ...rest },
  };
}

function labels(i: number) {
  return {
    ...{ page: pick(PAGES, i), browser: pick(BROWSERS, i), os: i % 2 ? 'Windows' : 'macOS', device: 'desktop' },
    ...{ country: 'GB', release: '2.14.0', site: 'shop.example' },
  };
}

export function madeUpOccurrence(i: number, group: ErrorGroup, nowMs: number): Occurrence {
  const record = recordOf(i, 'errors', nowMs - i * 45_000, {
    ...{ message: group.message, type: group.type, traceId: hex(i + 1, 32) },
    attrs: { stack: `${group.type}: …\n    at e (https://shop.example/assets/app-4f9a.js:1:4711)`, labels: labels(i) },
  });
  // Some browsers send none.
  const none = i % 5 === 4;
  const maps = { found: none ? 0 : 2, missing: none ? 0 : 1, broken: 0 };
  return { record, frames: none ? [] : framesOf(i), maps };
}

function detail(fingerprint: string, made: MadeUpErrors, query: URLSearchParams, nowMs: number): ErrorGroupDetail {
  const known = madeUpGroup(Number.parseInt(fingerprint, 16) - 1, nowMs);
  const group = { ...known, status: made.status ?? known.status };
  const offset = Number(query.get('cursor') ?? 0);
  const many = Math.min(group.count, 140);
  const limit = Math.min(Number(query.get('limit') ?? 20), Math.max(0, many - offset));
  const values = (all: readonly string[]) =>
    all.map((value, i) => ({ value, count: Math.ceil(group.count / 2 ** (i + 1)) }));
  return {
    group,
    ...bucketsOf(Number(query.get('from')), Number(query.get('to')), group.count),
    breakdowns: [
      { label: 'release', values: values(['2.14.0', '2.13.2']) },
      { label: 'browser', values: values(BROWSERS) },
      { label: 'os', values: values(['Windows', 'macOS', 'Android', 'iOS']) },
      { label: 'device', values: values(['desktop', 'mobile']) },
      { label: 'country', values: [] },
      { label: 'page', values: values([LONG, ...PAGES]) },
    ],
    occurrences: {
      items: Array.from({ length: limit }, (_, i) => madeUpOccurrence(offset + i, group, nowMs)),
      nextCursor: offset + limit < many ? String(offset + limit) : null,
      complete: true,
    },
  };
}

function sessionOf(i: number, nowMs: number): SessionSummary {
  const lastMs = nowMs - i * 71_000;
  return {
    ...{ id: `visit-${i}`, firstMs: lastMs - (i + 1) * 11_000, lastMs, records: 12 + i * 3 },
    userId: i % 3 === 1 ? null : i === 3 ? LONG : i === 5 ? 'مستخدم-٤٢' : `user-${i}`,
    pages: i === 3 ? [`/${LONG}`] : i === 4 ? [] : PAGES.slice(0, 1 + (i % 4)),
    errors: i % 4 === 0 ? i : 0,
    poorVitals: i % 3,
    ...{
      device: i % 2 ? 'mobile' : 'desktop',
      browser: pick(BROWSERS, i),
      os: i === 4 ? null : 'Windows',
      country: 'GB',
    },
  };
}

function sessions({ sessions: many }: MadeUpErrors, query: URLSearchParams, nowMs: number): SessionList {
  const found = query.get('q') === 'nothing-has-this' ? 0 : Math.min(many, Number(query.get('limit') ?? 100));
  return {
    items: Array.from({ length: found }, (_, i) => sessionOf(i, nowMs)),
    ...{ nextCursor: null, complete: true, countedFromMs: Number(query.get('from')) },
  };
}

const STEPS: ((i: number, ts: number) => LogRecord)[] = [
  (i, ts) => recordOf(i, 'logs', ts, { type: 'pageview', message: pick(PAGES, i), attrs: { labels: labels(i) } }),
  (i, ts) => recordOf(i, 'vitals', ts, { attrs: { name: 'LCP', value: 900 + ((i * 700) % 6_000), labels: labels(i) } }),
  (i, ts) => recordOf(i, 'vitals', ts, { attrs: { name: 'CLS', value: 0.031, labels: labels(i) } }),
  (i, ts) =>
    recordOf(i, 'operations', ts, {
      attrs: {
        ...{ scope: 'p2p', gateway: 'bank-a', operation: 'transfer', durationMs: 182, bytes: 2_048 },
        ...(i % 4 === 3 ? { outcome: 'failure', reason: 'timeout' } : { outcome: 'success' }),
      },
    }),
  (i, ts) => recordOf(i, 'errors', ts, { type: 'TypeError', message: i % 10 === 4 ? LONG : messageOf(i) }),
  (i, ts) => recordOf(i, 'logs', ts, { level: 'warn', message: 'تعذر إتمام الدفع رقم 4711' }),
  (i, ts) => recordOf(i, 'fraud', ts, { message: 'withdrawal', attrs: { decision: 'review', riskScore: 44 } }),
  (i, ts) => recordOf(i, 'metrics', ts, { attrs: { name: 'cart.items', value: 4, unit: 'items' } }),
];

function timeline(id: string, made: MadeUpErrors, query: URLSearchParams, nowMs: number): SessionTimeline {
  const many = made.sessions === 0 ? 0 : 640;
  const offset = Number(query.get('cursor') ?? 0);
  const limit = Math.min(Number(query.get('limit') ?? 200), Math.max(0, many - offset));
  const firstMs = nowMs - 2 * 3_600_000;
  // A pause of four minutes with every tenth record.
  const ts = (i: number) => firstMs + i * 1_370 + Math.floor(i / 10) * 240_000 * (i < 200 ? 1 : 0);
  return {
    ...{ id, firstMs, lastMs: ts(many - 1), userId: 'user-7', labels: labels(1), counts: {}, complete: true },
    items: Array.from({ length: limit }, (_, i) => pick(STEPS, offset + i)(offset + i, ts(offset + i))),
    nextCursor: offset + limit < many ? String(offset + limit) : null,
  };
}

/** Answers every route of errors and sessions of the page from here on. */
export async function answerErrors(page: Page, made: MadeUpErrors): Promise<void> {
  const nowMs = Date.now();
  await page.route(/\/api\/errors\//, async (route: Route) => {
    made.status = (route.request().postDataJSON() as { status: ErrorStatus }).status;
    await route.fulfill({ json: { status: made.status } });
  });
  await page.route(/\/api\/query\/(errors|sessions)/, async (route: Route) => {
    const url = new URL(route.request().url());
    const [what, id] = url.pathname.replace('/api/query/', '').split('/');
    const query = url.searchParams;
    made.asked.push(url.pathname + url.search);
    const missing = { status: 404, code: 'not_found', title: 'Not found', detail: 'There is no such resource.' };
    if (what === 'errors' && id === undefined) return route.fulfill({ json: groups(made, query, nowMs) });
    if (what === 'sessions' && id === undefined) return route.fulfill({ json: sessions(made, query, nowMs) });
    const many = what === 'errors' ? made.groups : made.sessions;
    if (many === 0 || id === undefined) return route.fulfill({ status: 404, json: missing });
    return route.fulfill({
      json: what === 'errors' ? detail(id, made, query, nowMs) : timeline(decodeURIComponent(id), made, query, nowMs),
    });
  });
}

/** Two deployments in the hour that pages show first. */
export async function answerReleases(page: Page): Promise<void> {
  const nowMs = Date.now();
  const items: Release[] = [
    { release: '2.14.0', atMs: nowMs - 20 * MINUTE_MS, source: 'announced' },
    { release: '2.13.2', atMs: nowMs - 47 * MINUTE_MS, source: 'seen' },
  ];
  await page.route(/\/api\/releases/, (route) => route.fulfill({ json: { items, nextCursor: null } }));
}
