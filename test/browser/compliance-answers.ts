/** Answers of the routes of deletions, templates and communication, made up: for what no real register has in a test, such as 100,000 requests. */
import type { Page, Route } from 'playwright-core';
import {
  type Communication,
  type CommunicationTemplate,
  DELETION_STATES,
  type DeletionHold,
  type DeletionRequest,
  type DeletionState,
  ERASURE_CATEGORIES,
  type ErasureReceipt,
  type ErasureStep,
  type Regime,
} from '../../src/wire/compliance.ts';

export interface MadeUpDeletions {
  /** How many there are; those that were changed or made are in `own`. */
  count: number;
  own: Map<string, DeletionRequest>;
  regimes: Regime[];
  templates: CommunicationTemplate[];
  said: Communication[];
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
  /** In place of the next answer to a change: a refusal. */
  refusal: { status: number; body: object } | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const LONG = 'somebody-with-an-address-that-never-ends-'.repeat(8);
export const RTL = 'طلب حذف بيانات الزبون';

const REGIMES: Regime[] = (
  [
    ['gdpr', 'GDPR', 1],
    ['dpdp', 'DPDP Act', 3],
  ] as const
).map(([id, name, months]) => ({
  ...{ id, name, builtIn: true, version: 1, timeZone: 'Europe/Brussels', breachDuties: [], reportSections: [] },
  ...{ erasureWithin: { months }, source: `${name} Art. 12(3), 17` },
}));

const hold = (i: number, nowMs: number): DeletionHold => ({
  ...{ id: `dhl_${i}`, category: 'records', stream: i % 2 ? 'fraud' : null, reason: i % 2 ? RTL : LONG },
  ...{ atMs: nowMs - 3 * HOUR_MS, by: 'usr_1', byName: 'ada', releasedAtMs: null },
});

function stepsOf(state: DeletionState, nowMs: number): ErasureStep[] {
  if (state === 'grace' || state === 'due' || state === 'cancelled') return [];
  return ERASURE_CATEGORIES.map((category, i) => {
    const at =
      state === 'done' || i < 2 ? 'done' : i === 2 ? 'running' : i === 3 ? 'failed' : i === 4 ? 'held' : 'waiting';
    return {
      ...{ category, state: at, counts: at === 'waiting' ? {} : { records: 1_234 * i, blocks: 17 * i } },
      ...{ progress: at === 'running' ? 0.42 : null, attempts: i },
      problem: at === 'failed' ? `The destination did not answer. ${LONG}` : null,
      finishedAtMs: at === 'done' ? nowMs - HOUR_MS : null,
    };
  });
}

export function madeUpDeletion(i: number, nowMs: number): DeletionRequest {
  const state = DELETION_STATES[i % DELETION_STATES.length] ?? 'grace';
  const receivedAtMs = nowMs - (2 + (i % 20)) * DAY_MS;
  const isOver = state === 'done';
  return {
    ...{ id: `del_${i}`, projectId: 'prj_gone', regimeId: i % 2 ? 'dpdp' : 'gdpr', state, receivedAtMs },
    identity:
      i % 10 === 8
        ? null
        : {
            userIds: [`u-${i}`],
            sessionIds: i % 3 ? [] : [`s-${i}`],
            identifiers: [`maria-${i}@example.com`, LONG, RTL].slice(0, i === 0 ? 3 : 1),
          },
    reference: `9f86d081884c7d659a2feaa0c55ad015${String(i).padStart(8, '0')}`,
    ...{ createdAtMs: receivedAtMs + HOUR_MS, createdBy: 'usr_1', createdByName: 'ada', contact: i % 2 ? null : RTL },
    ...{ graceEndsAtMs: receivedAtMs + 28 * DAY_MS, deadlineAtMs: receivedAtMs + 30 * DAY_MS },
    ...{ holds: i % 4 ? [] : [hold(0, nowMs), hold(1, nowMs)], steps: stepsOf(state, nowMs) },
    cancelledAtMs: state === 'cancelled' ? nowMs - HOUR_MS : null,
    cancelReason: state === 'cancelled' ? 'She has changed her mind' : null,
    ...{ executedAtMs: isOver ? nowMs - HOUR_MS : null, restorableUntilMs: isOver ? nowMs + 29 * DAY_MS : null },
    problem: state === 'running' && i % 10 === 2 ? 'error_samples: the database did not answer' : null,
  };
}

const template = (i: number, nowMs: number): CommunicationTemplate => ({
  ...{
    id: `tpl_${i}`,
    name: ['Received', LONG, RTL][i % 3] ?? '',
    builtIn: false,
    purpose: i === 2 ? 'breach_affected' : 'acknowledge',
  },
  ...{ subject: `We have your request {{reference}}`, body: `Dear {{contact}},\n\nby {{deadline}}.`, version: 2 },
  changedAtMs: nowMs - i * DAY_MS,
});

const BUILT_IN: CommunicationTemplate = {
  ...{ id: 'tpl_acknowledge', name: 'Request received', builtIn: true, purpose: 'acknowledge' },
  ...{ subject: 'Received', body: 'We received it.', version: 1, changedAtMs: 0 },
};

export const said = (i: number, nowMs: number): Communication => ({
  ...{ id: `com_${i}`, subjectId: 'del_0', recipient: i ? RTL : 'maria@example.com', atMs: nowMs - i * DAY_MS },
  recordedAtMs: nowMs,
  ...{ by: 'usr_1', byName: 'ada', channel: i ? 'letter' : 'email', templateId: null },
  ...{ subject: i ? LONG : 'We have your request', body: `Dear Maria,\n\n${LONG}` },
});

export function madeUpDeletions(count: number, nowMs = Date.now()): MadeUpDeletions {
  const some = count > 0;
  return {
    ...{ count, own: new Map(), regimes: REGIMES, sent: [], refusal: null },
    templates: some ? [BUILT_IN, ...[0, 1, 2].map((i) => template(i, nowMs))] : [],
    said: some ? [0, 1].map((i) => said(i, nowMs)) : [],
  };
}

/** The newest first, as the page asks. */
function pageOfSaid({ said: all }: MadeUpDeletions, params: URLSearchParams): object {
  if (params.get('order') !== 'desc') throw new Error('the page asks for the oldest');
  const from = Number(params.get('cursor') ?? 0);
  const end = from + Number(params.get('limit'));
  return { items: all.slice(from, end), nextCursor: end < all.length ? String(end) : null };
}

/** Answers every route of deletions, templates and regimes from here on. */
export async function answerDeletions(page: Page, made: MadeUpDeletions): Promise<void> {
  const nowMs = Date.now();
  const at = (id: string): DeletionRequest | undefined => {
    const i = Number(id.replace('del_', ''));
    return made.own.get(id) ?? (i < made.count ? madeUpDeletion(i, nowMs) : undefined);
  };
  await page.route(/\/api\/compliance\/(deletions|templates|regimes)\b/, async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace('/api/compliance/', '');
    const method = request.method();
    const body = request.postDataJSON() as Record<string, unknown> | null;
    if (method !== 'GET') made.sent.push({ method, path, body });
    const json = (answer: object, status = 200) => route.fulfill({ status, json: answer });
    const none = () => json({ status: 404, code: 'not_found', title: 'Not found', detail: 'There is none.' }, 404);
    if (method !== 'GET' && made.refusal) {
      const { status, body: refused } = made.refusal;
      made.refusal = null;
      return json({ status, title: 'Refused', detail: 'It was refused.', ...refused }, status);
    }
    const [first = '', id = '', third = '', fourth = ''] = path.split('/');
    if (first === 'regimes') return json({ items: made.regimes, nextCursor: null });
    if (first === 'templates') return answerTemplates(made, { method, id, body }, json, nowMs);
    if (id === '' && method === 'GET') return json(pageOf(made, url.searchParams, nowMs));
    if (id === '') {
      const entered = { ...madeUpDeletion(0, nowMs), ...body, id: `del_new_${made.own.size}`, steps: [] };
      const asked = (body?.holds ?? []) as object[];
      const holds = asked.map((one, i) => ({ ...hold(i, nowMs), ...one }));
      made.own.set(entered.id, { ...entered, holds });
      return json({ ...entered, holds }, 201);
    }
    const found = at(id);
    if (!found) return none();
    const changed = (by: Partial<DeletionRequest>, status = 200) => {
      made.own.set(id, { ...found, ...by });
      return json({ ...found, ...by }, status);
    };
    switch (third) {
      case '':
        return json(found);
      case 'cancel':
        return changed({ state: 'cancelled', cancelledAtMs: nowMs, cancelReason: String(body?.reason) });
      case 'execute':
        return changed({ state: 'running', steps: stepsOf('running', nowMs) });
      case 'holds': {
        const released = found.holds.map((one) => (one.id === fourth ? { ...one, releasedAtMs: nowMs } : one));
        if (fourth !== '') return changed({ holds: released });
        return changed({ holds: [...found.holds, { ...hold(9, nowMs), ...body, id: 'dhl_new' }] }, 201);
      }
      case 'receipt':
        return json(receiptOf(found, nowMs));
      case 'communications': {
        if (fourth === 'draft') return json({ subject: `We have your request ${id}`, body: 'Dear Maria,' });
        if (method === 'GET') return json(pageOfSaid(made, url.searchParams));
        const one = { ...said(0, nowMs), ...body, id: `com_new_${made.said.length}`, atMs: nowMs };
        made.said = [one, ...made.said];
        return json(one, 201);
      }
      default:
        return none();
    }
  });
}

function answerTemplates(
  made: MadeUpDeletions,
  { method, id, body }: { method: string; id: string; body: Record<string, unknown> | null },
  json: (answer: object, status?: number) => Promise<void>,
  nowMs: number,
): Promise<void> {
  if (method === 'GET') return json({ items: made.templates, nextCursor: null });
  const before = made.templates.find((one) => one.id === id);
  const rest = made.templates.filter((one) => one.id !== id);
  if (method === 'DELETE') {
    made.templates = rest;
    return json({});
  }
  const next = { ...(before ?? template(0, nowMs)), ...body, id: before?.id ?? `tpl_new_${rest.length}` };
  made.templates = [{ ...next, version: (before?.version ?? 0) + 1 }, ...rest];
  return json(next, before ? 200 : 201);
}

function pageOf(made: MadeUpDeletions, params: URLSearchParams, nowMs: number) {
  const { state, project, limit = '50', cursor } = Object.fromEntries(params);
  const fits = (one: DeletionRequest) => (!state || one.state === state) && (!project || one.projectId === project);
  const items = cursor ? [] : [...made.own.values()].filter(fits);
  let i = Number(cursor ?? 0);
  for (; i < made.count && items.length < Number(limit); i++) {
    const one = madeUpDeletion(i, nowMs);
    if (!made.own.has(one.id) && fits(one)) items.push(one);
  }
  return { items, nextCursor: i < made.count ? String(i) : null };
}

function receiptOf({ id, reference, regimeId, receivedAtMs, holds }: DeletionRequest, nowMs: number): ErasureReceipt {
  return {
    ...{ requestId: id, reference, regimeId, receivedAtMs, executedAtMs: nowMs - HOUR_MS },
    erased: ERASURE_CATEGORIES.map((category) => ({
      category,
      counts: { records: 42, blocks: 3 },
      atMs: nowMs - HOUR_MS,
    })),
    held: holds.map(({ category, stream, reason }) => ({ category, stream, reason })),
    ...{ restorableUntilMs: nowMs + 29 * DAY_MS, notCovered: ['What your own systems keep.', LONG] },
  };
}
