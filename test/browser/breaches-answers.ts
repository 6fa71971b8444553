/** Answers of the routes of breaches, made up: for what no server has in a test, such as 100,000 affected users. Their types are the Worker's. */
import type { Page, Route } from 'playwright-core';
import type {
  AffectedUser,
  Breach,
  BreachClock,
  BreachNotification,
  BreachReport,
  BreachSearch,
} from '../../src/wire/compliance.ts';
import { PLACEHOLDERS } from './compliance-answers.ts';

export interface MadeUpBreaches {
  breaches: Breach[];
  users: number;
  searches: BreachSearch[];
  notifications: BreachNotification[];
  missing: BreachReport['missing'];
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
  /** In place of the next answer to a change: a refusal. */
  refusal: { status: number; body: object } | null;
}

const HOUR_MS = 3_600_000;
export const LONG = 'an-export-of-payments-that-went-to-the-wrong-address-'.repeat(5);
const RTL = 'تسرب بيانات المدفوعات';

function clocksOf(i: number, nowMs: number): BreachClock[] {
  const base = { regimeId: 'gdpr', regimeVersion: 1, doneAtMs: null, doneBy: null, note: null };
  const authority: BreachClock = {
    ...{ ...base, id: 'gdpr.authority_72h', label: 'Notify the authority', toWhom: 'authority' as const },
    ...{ dueAtMs: nowMs + (i === 1 ? -2 : 20 + i) * HOUR_MS, source: 'GDPR Art. 33(1)' },
    state: i === 1 ? 'overdue' : i % 5 === 4 ? 'done' : 'running',
    ...(i % 5 === 4 ? { doneAtMs: nowMs - HOUR_MS, doneBy: 'ada', note: LONG } : {}),
  };
  const affected: BreachClock = {
    ...{ ...base, id: 'gdpr.affected', label: 'Tell those affected', toWhom: 'affected' as const },
    ...{ dueAtMs: nowMs + 60 * HOUR_MS, source: 'GDPR Art. 34(1)', state: i % 5 === 4 ? 'not_needed' : 'running' },
    note: i % 5 === 4 ? 'The data was encrypted.' : null,
  };
  return [authority, affected];
}

function madeUpBreach(i: number, users: number, nowMs: number): Breach {
  const told = i === 0 ? users : 0;
  return {
    ...{
      id: `brc_${i}`,
      projectId: i % 2 ? null : 'prj_1',
      title: [`Export ${i}`, LONG, RTL][i % 3] ?? '',
      version: 3,
    },
    ...{ detectedAtMs: nowMs - 50 * HOUR_MS, awareAtMs: nowMs - 48 * HOUR_MS, beganAtMs: nowMs - 90 * HOUR_MS },
    ...{ endedAtMs: null, nature: 'An export went to the wrong address.', kinds: ['confidentiality'], location: '' },
    ...{ categoriesOfPeople: ['customers'], categoriesOfRecords: ['payments', LONG], people: 1_200, records: null },
    ...{ cause: '', causedBy: '', consequences: 'Fraud by telephone.', measures: '', mitigation: '', advice: '' },
    ...{ contact: 'privacy@shop.example', highRisk: true, regimeIds: ['gdpr'], lateReasons: {} },
    state: i % 5 === 4 ? 'resolved' : i % 3 === 1 ? 'contained' : 'open',
    ...{ createdAtMs: nowMs - 47 * HOUR_MS, createdBy: 'usr_1', createdByName: 'ada' },
    ...(i % 5 === 4
      ? { resolvedAtMs: nowMs, resolution: 'Keys were rotated.' }
      : { resolvedAtMs: null, resolution: null }),
    clocks: clocksOf(i, nowMs),
    affected: {
      ...{ users: told, records: told * 3, searching: false },
      ...{ pending: 0, queued: 0, delivered: Math.floor(told / 2), failed: told > 0 ? 3 : 0 },
    },
  };
}

function madeUpUser(i: number, nowMs: number): AffectedUser {
  const state = (['delivered', 'none', 'queued', 'failed', 'pending'] as const)[i % 5] ?? 'none';
  return {
    ...{ projectId: 'prj_1', userId: i === 1 ? LONG : `user-${i}`, records: i + 1 },
    ...{ firstTs: nowMs - 80 * HOUR_MS, lastTs: nowMs - 70 * HOUR_MS, state },
    deliveryId: state === 'delivered' ? `dst_1-evt_${i}` : null,
    atMs: state === 'none' ? null : nowMs - HOUR_MS,
    problem: state === 'failed' ? 'The receiver refused it: 422.' : null,
  };
}

/** `count` breaches, the first of which has as many affected users. */
export function madeUpBreaches(count: number, users = 100_000, nowMs = Date.now()): MadeUpBreaches {
  const base = { projectId: 'prj_1', stream: null, fromMs: nowMs - 90 * HOUR_MS, toMs: nowMs, startedByName: 'ada' };
  return {
    breaches: Array.from({ length: count }, (_, i) => madeUpBreach(i, users, nowMs)),
    users,
    searches: [
      {
        ...{ ...base, id: 'srch_1', q: `message:"${LONG}"`, state: 'done', matched: 300_000, named: 299_998 },
        ...{ reachedMs: nowMs, startedAtMs: nowMs - HOUR_MS, endedAtMs: nowMs, problem: null },
      },
    ],
    ...{ notifications: [], missing: ['measures', 'mitigation'], sent: [], refusal: null },
  };
}

/** Answers every route of breaches of the page from here on. */
export async function answerBreaches(page: Page, made: MadeUpBreaches): Promise<void> {
  const nowMs = Date.now();
  await page.route(
    /\/api\/compliance\/(breaches|regimes|templates)\b|\/api\/notices\/settings/,
    async (route: Route) => {
      const request = route.request();
      const url = new URL(request.url());
      const path = url.pathname.replace('/api/compliance/', '');
      const method = request.method();
      const body = request.postDataJSON() as Record<string, unknown> | null;
      if (method !== 'GET') made.sent.push({ method, path, body });
      const json = (answer: object, status = 200) => route.fulfill({ status, json: answer });
      const all = (items: object[]) => json({ items, nextCursor: null });
      if (method !== 'GET' && made.refusal) {
        const { status, body: refused } = made.refusal;
        made.refusal = null;
        return json({ status, title: 'Refused', detail: 'It was refused.', ...refused }, status);
      }
      const paged = <T>(count: number, at: (i: number) => T, fits: (item: T) => boolean) => {
        const limit = Number(url.searchParams.get('limit'));
        const items: T[] = [];
        let i = Number(url.searchParams.get('cursor') ?? 0);
        for (; i < count && items.length < limit; i++) if (fits(at(i))) items.push(at(i));
        return json({ items, nextCursor: i < count ? String(i) : null });
      };
      const [first, id = '', part = '', last = ''] = path.split('/');
      if (first === 'regimes') return all([REGIME]);
      if (first === 'templates') return json({ items: [], nextCursor: null, placeholders: PLACEHOLDERS });
      if (first !== 'breaches') {
        const destination = { id: 'dst_1', name: 'Mailer', kind: 'webhook', disabled: false };
        const destinations = [{ ...destination, projectId: 'prj_1', projectName: 'The shop' }];
        return json({ destinationIds: [], changedAtMs: null, destinations });
      }
      const state = url.searchParams.get('state');
      if (id === '' && method === 'GET') {
        return paged(
          made.breaches.length,
          (i) => made.breaches[i] as Breach,
          (breach) => state === null || breach.state === state,
        );
      }
      if (id === '') {
        const breach = { ...madeUpBreach(0, 0, nowMs), ...body, id: 'brc_new' } as Breach;
        made.breaches = [breach, ...made.breaches];
        return json(breach, 201);
      }
      const breach = made.breaches.find((one) => one.id === id);
      if (!breach) return json({ status: 404, code: 'not_found', title: 'Not found', detail: 'There is none.' }, 404);
      const save = (change: Partial<Breach>) => {
        const saved = { ...breach, ...change, version: breach.version + 1 };
        made.breaches = made.breaches.map((one) => (one.id === id ? saved : one));
        return json(saved);
      };
      switch (part) {
        case '':
          return method === 'PATCH' ? save(body as Partial<Breach>) : json(breach);
        case 'clocks': {
          const answered = body?.notNeeded
            ? { state: 'not_needed' as const, note: String(body.note) }
            : { state: 'done' as const, doneAtMs: Number(body?.doneAtMs) };
          const clockId = decodeURIComponent(last);
          return save({
            clocks: breach.clocks.map((clock) => (clock.id === clockId ? { ...clock, ...answered } : clock)),
          });
        }
        case 'resolve':
          return save({ state: 'resolved', resolvedAtMs: nowMs, resolution: String(body?.resolution) });
        case 'communications':
          return all([]);
        case 'searches':
          return all(made.searches);
        case 'report':
          return json({
            ...{ breachId: id, regimeId: 'gdpr', generatedAtMs: nowMs, title: breach.title, sections: [] },
            missing: made.missing,
          });
        case 'notify': {
          if (method === 'GET') return all(made.notifications);
          const told = { number: 1, startedAtMs: nowMs, startedByName: 'admin', ...body } as BreachNotification;
          made.notifications = [{ ...told, stoppedAtMs: last === 'stop' ? nowMs : null }];
          made.breaches = made.breaches.map((one) =>
            one.id === id ? { ...one, affected: { ...one.affected, pending: last === 'stop' ? 0 : 40_000 } } : one,
          );
          return json(made.notifications[0] ?? {}, last === 'stop' ? 200 : 201);
        }
        default: {
          if (method === 'GET')
            return paged(
              breach.affected.users,
              (i) => madeUpUser(i, nowMs),
              (user) => state === null || user.state === state,
            );
          made.breaches = made.breaches.map((one) =>
            one.id === id ? { ...one, affected: { ...one.affected, users: 7, records: 12 } } : one,
          );
          return json({ ...made.searches[0], ...body, id: 'srch_2' }, 201);
        }
      }
    },
  );
}

const REGIME = {
  ...{ id: 'gdpr', name: 'GDPR', builtIn: true, version: 1, timeZone: 'Europe/Berlin', breachDuties: [] },
  ...{ erasureWithin: { months: 1 }, reportSections: [], source: 'GDPR Art. 33, 34' },
};
