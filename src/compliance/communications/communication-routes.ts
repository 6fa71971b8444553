import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { parsePage } from '../../shared/page.ts';
import { invalidInput } from '../../shared/problem.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type Admin, admitted } from '../access.ts';
import { type ComplianceError, complianceProblem } from '../errors.ts';
import { COMMUNICATION_ORDERS } from './communication-store.ts';
import { addCommunication, communicationSchema, draft, listCommunications } from './communications.ts';
import type { FindSubject, Subject } from './subject.ts';

const deny = (c: AppContext, error: ComplianceError): Response => refuse(c, complianceProblem(error));

/** `<base>/:id/communications`: what was said to whom of a breach, or a request for deletion. */
export function communicationRoutes(base: string, find: FindSubject): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get(`${base}/:id/communications`, async function getCommunications(c) {
    const found = await granted(c, find);
    if (!found.ok) return deny(c, found.error);
    const page = parsePage(c.req.query());
    if (!page.ok) return refuse(c, page.error);
    const order = COMMUNICATION_ORDERS.find((known) => known === (c.req.query('order') ?? 'asc'));
    if (order === undefined) return refuse(c, invalidInput([{ pointer: '/order', reason: 'must be asc or desc' }]));
    const { limit, after } = page.value;
    const place = c.req.query('cursor') === undefined ? null : after;
    return c.json(await listCommunications(c.get('ctx'), found.value.subject, order, { limit, after: place }));
  });

  routes.post(`${base}/:id/communications`, async function postCommunication(c) {
    const found = await granted(c, find);
    if (!found.ok) return deny(c, found.error);
    const body = await readJsonBody(c.req.raw, communicationSchema);
    if (!body.ok) return refuse(c, body.error);
    const added = await addCommunication(c.get('ctx'), found.value.admin, found.value.subject, body.value);
    return added.ok ? c.json(added.value, 201) : deny(c, added.error);
  });

  routes.get(`${base}/:id/communications/draft`, async function getDraft(c) {
    const found = await granted(c, find);
    if (!found.ok) return deny(c, found.error);
    const template = c.req.query('template');
    if (!template) return refuse(c, invalidInput([{ pointer: '/template', reason: 'is missing' }]));
    const made = await draft(c.get('ctx'), found.value.subject, template);
    return made.ok ? c.json(made.value) : deny(c, made.error);
  });

  return routes;
}

async function granted(
  c: AppContext,
  find: FindSubject,
): Promise<Result<{ admin: Admin; subject: Subject }, ComplianceError>> {
  const admin = admitted(c.get('ctx'));
  if (!admin.ok) return admin;
  const subject = await find(c.get('ctx'), c.req.param('id') ?? '');
  return subject.ok ? ok({ admin: admin.value, subject: subject.value }) : subject;
}
