/** Answers of the routes of destinations and deliveries, made up: for what no real receiver does in a test. */
import type { Page, Route } from 'playwright-core';
import {
  type Attempt,
  type BreakerTransition,
  DEFAULT_BREAKER,
  type Delivery,
  type DeliveryDetail,
  type DeliveryState,
  type Destination,
  type DestinationHealth,
  type DestinationWithSecret,
} from '../../src/wire/delivery.ts';
import { answerHealth, healthOf, webhookHealth } from './health-answers.ts';

export interface MadeUpDestinations {
  destinations: number;
  deliveries: number;
  /** Of the first destination; a change that was made from another one is refused. */
  version: number;
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
}

/** Does not answer, where there are as many. */
const AWAY = 'dst_40';
const HOUR_MS = 3_600_000;
export const LONG = 'the-pager-of-those-who-answer-at-night-'.repeat(8);
const KINDS = ['webhook', 'slack', 'discord', 'email'] as const;
const URLS = {
  webhook: 'https://hooks.example.com/breakwater',
  slack: 'https://hooks.slack.com/services/T000/B000/XXXX',
  discord: 'https://discord.com/api/webhooks/1/abc',
  email: 'https://api.resend.com/emails',
};

function nameOf(i: number): string {
  if (i === 0) return 'On call';
  if (i === 1) return LONG;
  return i === 2 ? 'فريق المناوبة الليلية' : `Team ${i}`;
}

export function madeUpDestination(i: number, nowMs: number, version = 3): Destination {
  const kind = KINDS[i % KINDS.length] ?? 'webhook';
  return {
    ...{ id: `dst_${i}`, projectId: 'prj_1', name: nameOf(i), kind, url: URLS[kind] },
    headers: [
      { name: 'X-Team', value: 'on-call', secret: false },
      { name: 'Authorization', value: null, secret: true },
    ],
    template: kind === 'email' ? '{ "from": "a@example.com", "subject": "{{title}}" }' : null,
    ...{ timeoutMs: 5_000, ordered: i % 2 === 0, maxPerSecond: 50, warmProbe: i === 0, breaker: DEFAULT_BREAKER },
    secrets: [
      { id: 'sec_2', kind: 'v1', publicKey: null, createdAtMs: nowMs - HOUR_MS, expiresAtMs: null },
      { id: 'sec_1', kind: 'v1', publicKey: null, createdAtMs: nowMs - 9e8, expiresAtMs: nowMs + 22 * HOUR_MS },
      { id: 'sec_3', kind: 'v1a', publicKey: `whpk_${'Q2x'.repeat(14)}=`, createdAtMs: nowMs, expiresAtMs: null },
    ],
    ...{ disabled: i === 4 || i === 5, disabledReason: i === 4 ? 'by_hand' : i === 5 ? 'gone' : null },
    ...{ version, confirmed: i !== 3, createdAtMs: nowMs - 9e8, changedAtMs: nowMs - HOUR_MS },
  };
}

function madeUpHealth(i: number, nowMs: number): DestinationHealth {
  const { id, name, kind, disabled, disabledReason } = madeUpDestination(i, nowMs);
  const base = healthOf({ destinationId: id, name, kind, disabled, disabledReason });
  if (i === 1) {
    return {
      ...{ ...base, status: 'critical', failureRate: 0.82, window: { calls: 50, failed: 41, slow: 12 } },
      breaker: { state: 'OPEN', isolated: false, sinceMs: nowMs - 14 * 60_000, nextProbeAtMs: nowMs + 17_000 },
      ...{ backlog: 12_345, oldestQueuedAtMs: nowMs - 13 * 60_000, deadLetters: 1_204, slowCallRate: 0.24 },
      retryBudget: { left: 0, most: 20 },
    };
  }
  if (i === 2) return { ...base, status: 'elevated', failureRate: 0.16, backlog: 3, oldestQueuedAtMs: nowMs - 4_000 };
  if (i === 6) {
    return { ...base, breaker: { state: 'OPEN', isolated: true, sinceMs: nowMs - HOUR_MS, nextProbeAtMs: null } };
  }
  return i === 7 ? { ...base, deadLetters: 7, failureRate: null, window: { calls: 0, failed: 0, slow: 0 } } : base;
}

const TRANSITIONS = (nowMs: number): BreakerTransition[] => [
  {
    atMs: nowMs - 840_000,
    from: 'HALF_OPEN',
    to: 'OPEN',
    reason: 'probes_failed',
    failureRate: 1,
    slowCallRate: 0,
    calls: 1,
    by: null,
  },
  {
    atMs: nowMs - 870_000,
    from: 'OPEN',
    to: 'HALF_OPEN',
    reason: 'probe_due',
    failureRate: null,
    slowCallRate: null,
    calls: 0,
    by: null,
  },
  {
    atMs: nowMs - 900_000,
    from: 'CLOSED',
    to: 'OPEN',
    reason: 'failures',
    failureRate: 0.31,
    slowCallRate: 0,
    calls: 42,
    by: null,
  },
  {
    atMs: nowMs - 9e7,
    from: 'OPEN',
    to: 'CLOSED',
    reason: 'by_hand',
    failureRate: null,
    slowCallRate: null,
    calls: 0,
    by: 'ada',
  },
];

export function madeUpAttempt(number: number, atMs: number): Attempt {
  const failed = number < 3;
  return {
    ...{ atMs, number, outcome: failed ? 'server_error' : 'delivered', status: failed ? 503 : 200, durationMs: 187 },
    ...{ headersMs: 131, dnsMs: 22, kind: number === 2 ? 'trickle' : 'normal' },
    request: {
      url: URLS.webhook,
      headers: {
        'content-type': 'application/json',
        'webhook-id': 'dst_0-evt_9',
        'webhook-signature': `v1,${'A'.repeat(44)}`,
      },
      body: JSON.stringify({ type: 'alert.firing', timestamp: '2026-11-27T03:00:00.000Z', data: { status: 'firing' } }),
    },
    response: {
      headers: { 'content-type': 'text/html', server: 'nginx' },
      body: failed ? '<html>Service Unavailable</html>' : '{"ok":true}',
      truncated: false,
    },
    error: failed ? 'answered 503' : null,
  };
}

const STATES: readonly DeliveryState[] = ['delivered', 'dead', 'queued', 'delivered', 'delivering', 'delivered'];

function madeUpDelivery(i: number, made: MadeUpDestinations, nowMs: number): Delivery {
  const state = STATES[i % STATES.length] ?? 'delivered';
  const destinationId = `dst_${i % Math.max(1, made.destinations)}`;
  const createdAtMs = nowMs - 1_000 - i * 700;
  return {
    ...{ id: `${destinationId}-evt_${i}`, destinationId, eventId: `evt_${i}`, subject: `frg_${i % 9}`, state },
    ...{ type: i % 7 === 0 ? 'destination.test' : i % 2 === 0 ? 'alert.firing' : 'alert.resolved', createdAtMs },
    ...{ attempts: state === 'queued' ? 2 : state === 'dead' ? 14 : 1, lastAttemptAtMs: createdAtMs + 100 },
    nextAttemptAtMs: state === 'queued' ? nowMs + 42_000 : null,
    deliveredAtMs: state === 'delivered' ? createdAtMs + 187 : null,
    ...(state === 'delivered'
      ? { lastOutcome: 'delivered', lastStatus: 200, reason: null }
      : state === 'delivering'
        ? { lastOutcome: null, lastStatus: null, reason: null }
        : {
            ...{ lastOutcome: 'server_error', lastStatus: 503 },
            reason:
              state === 'dead'
                ? `answered 503; it was tried 14 times, and its time is over. ${i % 5 === 0 ? LONG : ''}`.trim()
                : 'answered 503',
          }),
  };
}

function detailOf(delivery: Delivery): DeliveryDetail {
  const { eventId, type, subject, createdAtMs, attempts } = delivery;
  const data = { status: 'firing', rule: { name: 'Checkout errors' }, project: { name: 'متجر' } };
  return {
    ...delivery,
    event: { id: eventId, type, projectId: 'prj_1', subject, createdAtMs, data },
    log: [1, 2, 3].slice(0, Math.min(3, attempts)).map((number) => madeUpAttempt(number, createdAtMs + number * 400)),
  };
}

function withSecret(destination: Destination, kind: 'v1' | 'v1a'): DestinationWithSecret {
  const [first] = destination.secrets;
  if (kind === 'v1' || !first) return { ...destination, secret: `whsec_${'c2VjcmV0'.repeat(5)}` };
  return { ...destination, secrets: [{ ...first, kind, publicKey: 'whpk_new' }], secret: null };
}

const problem = (status: number, code: string, more: object = {}) => ({
  status,
  json: { status, code, title: 'No', detail: `No: ${code}.`, requestId: 'req-1', errors: [], ...more },
});

function changed(made: MadeUpDestinations, body: Record<string, unknown>, at: number, nowMs: number) {
  if (body.version !== made.version) return problem(409, 'destination_changed', { version: made.version });
  if (String(body.url ?? '').includes('internal')) {
    const errors = [{ pointer: '/url', reason: 'leads to 10.0.0.1, which is a private address' }];
    return problem(400, 'invalid_input', { errors });
  }
  made.version++;
  return { status: 200, json: { ...madeUpDestination(at, nowMs, made.version), ...body, version: made.version } };
}

/** Answers every route of destinations, deliveries and their health from here on. */
export async function answerDestinations(page: Page, made: MadeUpDestinations): Promise<void> {
  const nowMs = Date.now();
  const all = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i));
  await answerHealth(page, () =>
    webhookHealth(
      all(made.destinations, (i) => madeUpHealth(i, nowMs)).filter(({ destinationId }) => destinationId !== AWAY),
      made.destinations > 40 ? [AWAY] : [],
    ),
  );
  await page.route(/\/api\/destinations/, async (route: Route) => {
    const request = route.request();
    const [, , , id = '', part = ''] = new URL(request.url()).pathname.split('/');
    const method = request.method();
    const body = (request.postDataJSON() ?? {}) as Record<string, unknown>;
    const at = Number(id.replace('dst_', ''));
    if (method !== 'GET' && id !== 'preview') made.sent.push({ method, path: `${id}/${part}`, body });
    const json = (value: object, status = 200) => route.fulfill({ status, json: value });
    if (id === 'preview') {
      const template = String(body.template ?? '');
      const position = template.indexOf('{{oops');
      if (position >= 0)
        return route.fulfill(problem(422, 'template_failed', { detail: 'There is no oops.', position }));
      return json({ body: JSON.stringify({ kind: body.kind, template }), contentType: 'application/json' });
    }
    if (id === '' && method === 'POST') {
      made.destinations++;
      return json(withSecret({ ...madeUpDestination(made.destinations - 1, nowMs), ...body }, 'v1'), 201);
    }
    if (id === '') return json({ items: all(made.destinations, (i) => madeUpDestination(i, nowMs)), nextCursor: null });
    if (at >= made.destinations) return route.fulfill(problem(404, 'not_found'));
    if (part === 'transitions') return json({ items: at === 1 ? TRANSITIONS(nowMs) : [], nextCursor: null });
    if (part === 'test') return json({ ...madeUpAttempt(3, nowMs), kind: 'test' });
    if (part === 'secrets')
      return json(withSecret(madeUpDestination(at, nowMs), body.kind === 'v1a' ? 'v1a' : 'v1'), 201);
    if (part === 'breaker') return json(madeUpHealth(at, nowMs).breaker);
    if (method === 'PUT') return route.fulfill(changed(made, body, at, nowMs));
    if (method === 'DELETE') return route.fulfill({ status: 204 });
    return json(madeUpDestination(at, nowMs, made.version));
  });
  await page.route(/\/api\/deliveries/, async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const [, , , id = '', part = ''] = url.pathname.split('/');
    if (request.method() === 'POST') {
      made.sent.push({ method: 'POST', path: `${id}/${part}`, body: request.postDataJSON() });
      return route.fulfill({ json: { deliveries: id === 'replay' ? 602 : 1 } });
    }
    if (id !== '') {
      const i = Number(id.split('evt_')[1]);
      if (!(i < made.deliveries)) return route.fulfill(problem(404, 'not_found'));
      return route.fulfill({ json: detailOf(madeUpDelivery(i, made, nowMs)) });
    }
    const query = url.searchParams;
    const [state, destination] = [query.get('state'), query.get('destination')];
    const from = Number(query.get('cursor') ?? 0);
    const items: Delivery[] = [];
    let i = from;
    for (; i < made.deliveries && items.length < Number(query.get('limit')); i++) {
      const delivery = madeUpDelivery(i, made, nowMs);
      const fits =
        (state ?? delivery.state) === delivery.state &&
        (destination ?? delivery.destinationId) === delivery.destinationId;
      if (fits) items.push(delivery);
    }
    return route.fulfill({ json: { items, nextCursor: i < made.deliveries ? String(i) : null, unknown: [] } });
  });
}
