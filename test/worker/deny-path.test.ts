import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Role } from '../../src/env.ts';
import { createKey, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, type CallOptions, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { makeFixture, makeFixtureFor } from '../helpers/worker/fixture.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { type Fixture, ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';

const named = (rules: readonly RouteRule[]) =>
  rules.map((rule): [string, RouteRule] => [`${rule.method} ${rule.route}`, rule]);
const of = (...kinds: RouteRule['access']['kind'][]) =>
  named(ROUTES.filter(({ access }) => kinds.includes(access.kind)));
/** Everything that identify stands before. */
const READ_SIDE = of('session', 'own-projects', 'deployment', 'role', 'project', 'socket', 'send', 'any-key');
const CHANGING = READ_SIDE.filter(([, { method }]) => method !== 'GET');

let admin: SignedIn;
let fixture: Fixture;
let disabledProject: Fixture;
let keys: Record<'revoked' | 'ingest' | 'query' | 'admin' | 'otherProject' | 'disabledProject', string>;
let other: Fixture;
let disabledUser: SignedIn;
let ungranted: SignedIn;
let granted: Record<Role, SignedIn>;

function call(rule: RouteRule, options: CallOptions, on: Fixture = fixture): Promise<Answer> {
  const body = rule.body?.(on);
  return callApp(rule.method, rule.url?.(on) ?? rule.route, {
    ...(body === undefined ? {} : { body }),
    ...options,
    headers: { ...rule.headers, ...options.headers },
  });
}

/** By the code of problem+json, or of google.rpc.Status, which has it in its ErrorInfo. */
const outcome = ({ status, body }: Answer) => `${status} ${body?.details?.[0]?.reason ?? body?.code ?? ''}`.trim();

async function disable({ projectId }: Fixture): Promise<void> {
  const disabling = await callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body: { disabled: true } });
  expect(disabling.status).toBe(200);
}

beforeAll(async () => {
  admin = await signInAs('admin');
  fixture = await makeFixture();
  const { projectId } = fixture;
  const revoked = await createKey(projectId, ['admin', 'ingest']);
  const revocation = await callApp('DELETE', `/api/projects/${projectId}/keys/${revoked.id}`, { as: admin });
  expect(revocation.status).toBe(204);

  other = await makeFixture();
  disabledProject = await makeFixture();
  const keyOfDisabled = await createKey(disabledProject.projectId, ['admin', 'ingest']);
  await disable(disabledProject);

  keys = {
    revoked: revoked.key,
    ingest: (await createKey(projectId, ['ingest'])).key,
    query: (await createKey(projectId, ['query'])).key,
    admin: (await createKey(projectId, ['admin'])).key,
    otherProject: (await createKey(other.projectId, ['admin', 'query', 'ingest'])).key,
    disabledProject: keyOfDisabled.key,
  };
  const user = await createUser({ role: 'admin' });
  disabledUser = await signIn(user);
  await env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(user.id).run();
  ungranted = await signInAs('analyst', ['prj_another']);
  granted = { admin, analyst: await signInAs('analyst', [projectId]), viewer: await signInAs('viewer', [projectId]) };
});

describe('the table', () => {
  it('lists every route that the Worker registers, and no other', () => {
    const routes = createApp().routes.map(({ method, path }) => ({ method, path }));
    const registered = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(registered)].sort()).toEqual(
      named(ROUTES)
        .map(([name]) => name)
        .sort(),
    );
    // What is registered for all methods is middleware, which ends in a wildcard: a route hidden there would escape this table.
    const all = routes.filter(({ method, path }) => method === 'ALL' && !path.endsWith('*'));
    expect(all).toEqual([]);
  });

  it.each(READ_SIDE)(
    'lets the right caller into %s, so the refusals below are not those of a wrong URL',
    async (_, rule) => {
      // A fresh one for each route: some of them end the session or the key they are called with.
      const on = await makeFixtureFor(rule);
      const user = await createUser({ role: 'admin' });
      const caller = await signIn(user);
      const own = { ...on, sessionId: (await signIn(user)).sessionId };
      const { status } = await call(rule, { as: caller }, own);
      expect([401, 403, 404, 405, 500]).not.toContain(status);
    },
  );

  it.each(of('ingest', 'probe', 'send', 'any-key'))('lets a key with the scope into %s', async (_, rule) => {
    expect((await call(rule, { key: keys.ingest })).status).toBeLessThan(300);
  });
});

describe('without credentials', () => {
  it.each(READ_SIDE)('%s answers 401', async (_, rule) => {
    expect(outcome(await call(rule, {}))).toBe('401 unauthenticated');
  });

  it.each(of('ingest', 'probe'))('%s answers 401, also to a signed-in administrator', async (_, rule) => {
    expect((await call(rule, {})).status).toBe(401);
    expect((await call(rule, { as: admin })).status).toBe(401);
  });
});

describe('with a key that is no good', () => {
  it.each(READ_SIDE)('%s answers 401, even beside a good cookie', async (_, rule) => {
    expect(outcome(await call(rule, { key: 'bw_1.k1.not.akey' }))).toBe('401 key_invalid');
    expect(outcome(await call(rule, { key: 'bw_1.k1.not.akey', as: admin }))).toBe('401 key_invalid');
    expect(outcome(await call(rule, { key: keys.revoked }))).toBe('401 key_revoked');
  });

  it.each(of('probe'))('%s answers 401 to a key that we did not sign', async (_, rule) => {
    for (const key of ['bw_1.k1.not.akey', keys.admin.replace(/.$/, '_')])
      expect((await call(rule, { key })).status).toBe(401);
  });

  it.each(of('ingest'))('%s answers 401 or 403', async (_, rule) => {
    for (const key of ['bw_1.k1.not.akey', keys.revoked, keys.admin.replace(/.$/, '_')]) {
      expect([401, 403], key).toContain((await call(rule, { key })).status);
    }
  });

  it.each(READ_SIDE)('%s answers 403 to a key of a disabled project', async (_, rule) => {
    expect(outcome(await call(rule, { key: keys.disabledProject }))).toBe('403 project_disabled');
  });

  it.each(of('ingest'))('%s answers 403 to a key of a disabled project', async (_, rule) => {
    expect((await call(rule, { key: keys.disabledProject })).status).toBe(403);
  });
});

describe('with a key where a person is needed', () => {
  it.each(of('session', 'role'))('%s answers 403', async (_, rule) => {
    expect(outcome(await call(rule, { key: keys.admin }))).toBe('403 forbidden');
  });
});

describe('with a key that may administer', () => {
  it.each(of('deployment'))('%s is answered', async (_, rule) => {
    expect((await call(rule, { key: keys.admin })).status).toBe(200);
  });
});

describe('with a key that may only send', () => {
  it.each(of('project', 'own-projects', 'deployment'))('%s answers 403', async (_, rule) => {
    expect(outcome(await call(rule, { key: keys.ingest }))).toBe('403 forbidden');
  });
});

describe('with a key that may only read', () => {
  const beyond = of('project').filter(
    ([, { access }]) => access.kind === 'project' && (access.action === 'write' || access.action === 'admin'),
  );
  it.each([...beyond, ...of('deployment')])('%s answers 403', async (_, rule) => {
    expect(outcome(await call(rule, { key: keys.query }))).toBe('403 forbidden');
  });

  it.each(of('ingest', 'probe', 'send'))('%s answers 403', async (_, rule) => {
    // Protocols that are not ours say the code in their own words, or only in the ledger.
    expect(outcome(await call(rule, { key: keys.query }))).toMatch(/^403( scope_missing)?$/);
  });
});

describe('of another tenant', () => {
  it.each(of('project', 'socket', 'send', 'any-key'))('%s answers 404 to a key of another project', async (_, rule) => {
    expect(outcome(await call(rule, { key: keys.otherProject }))).toBe('404 not_found');
  });

  it.each(of('project', 'socket', 'send', 'any-key'))('%s answers 404 to a user without a grant', async (_, rule) => {
    expect(outcome(await call(rule, { as: ungranted }))).toBe('404 not_found');
  });

  it.each(of('project', 'socket', 'send', 'any-key'))(
    '%s answers 404 for a project that does not exist, the same as for one of another tenant',
    async (_, rule) => {
      expect(outcome(await call(rule, { as: admin }, { ...fixture, projectId: 'prj_none' }))).toBe('404 not_found');
    },
  );
});

describe('what belongs to another project', () => {
  /** Our project in every place but one, where the other project's resource is named. */
  const mixed = (
    [
      ...['keyId', 'recordId', 'traceId', 'searchId', 'jobId', 'fraudEventId', 'fingerprint', 'visitId'],
      ...['destinationId', 'deliveryId', 'ruleId', 'silenceId', 'firingId', 'archiveId', 'holdId', 'warehouseDay'],
    ] as const
  ).flatMap((part) =>
    of('project')
      .filter(([, { route }]) =>
        route.includes(
          {
            keyId: ':keyId',
            recordId: 'context/:id',
            traceId: ':traceId',
            searchId: 'searches/:id',
            jobId: 'jobs/:id',
            fraudEventId: ':eventId',
            fingerprint: 'errors/:fingerprint',
            visitId: 'sessions/:id',
            archiveId: 'archives/:id',
            holdId: 'holds/:id',
            destinationId: 'destinations/:id',
            deliveryId: 'deliveries/:id',
            ruleId: 'alerts/rules/:id',
            silenceId: 'silences/:id',
            firingId: 'firings/:id',
            warehouseDay: 'warehouse/:day',
          }[part],
        ),
      )
      .map(([name, rule]): [string, string, RouteRule] => [name, part, rule]),
  );
  it.each(mixed)(
    '%s answers 404 to the %s of another project, although both projects are open to the caller',
    async (_, part, rule) => {
      const on = { ...fixture, [part]: other[part as keyof Fixture] };
      expect(outcome(await call(rule, { as: admin }, on))).toBe('404 not_found');
      expect(outcome(await call(rule, { key: keys.admin }, on))).toBe('404 not_found');
    },
  );

  it('covers every route that names a resource within a project', () => {
    // A data type is no resource: each project has the same four.
    const nested = of('project').filter(([, { route }]) =>
      route.replace(/^\/api\/projects\/:id|:dataType$/, '').includes(':'),
    );
    expect(mixed.map(([name]) => name).sort()).toEqual(nested.map(([name]) => name).sort());
  });

  const storing = of('ingest').filter(([, { storesNothing }]) => storesNothing !== true);
  it.each(storing)('%s writes to the project of the key, whatever else the request names', async (_, rule) => {
    const count = async ({ projectId }: Fixture) => (await everyRecord(projectId)).length;
    const [before, beforeOther] = [await count(fixture), await count(other)];
    const url = (on: Fixture) =>
      `${rule.url?.(on) ?? rule.route}?project=${fixture.projectId}&projectId=${fixture.projectId}`;
    const isOurs = rule.route === '/api/ingest';
    const body = isOurs
      ? () => ({ message: 'strayed', project: fixture.projectId, projectId: fixture.projectId })
      : () => rule.bodyWith?.('strayed') ?? rule.body?.(other);
    expect((await call({ ...rule, url, body }, { key: keys.otherProject })).status).toBeLessThan(300);
    expect([await count(fixture), await count(other)]).toEqual([before, beforeOther + 1]);
  });

  it.each(of('own-projects'))('%s shows none of it', async (_, rule) => {
    for (const caller of [{ key: keys.admin }, { as: granted.viewer }]) {
      const { status, body } = await call(rule, caller);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(other.projectId);
      if (body.items) expect(body.items.map(({ id }: { id: string }) => id)).toEqual([fixture.projectId]);
    }
  });
});

describe('with a lower role', () => {
  const below: Record<Role, Role[]> = { admin: ['analyst', 'viewer'], analyst: ['viewer'], viewer: [] };
  const least: Record<string, Role> = { read: 'viewer', export: 'analyst', write: 'analyst', admin: 'admin' };
  const actionOf = (access: RouteRule['access']) =>
    access.kind === 'project' ? access.action : access.kind === 'deployment' ? 'admin' : 'write';
  it.each(of('project', 'role', 'send', 'deployment'))('%s answers 403', async (_, { ...rule }) => {
    const { access } = rule;
    const needed = access.kind === 'role' ? access.role : least[actionOf(access)];
    for (const role of below[needed ?? 'admin']) {
      expect(outcome(await call(rule, { as: granted[role] })), role).toBe('403 forbidden');
    }
  });
});

describe('of somebody who lost the right since, with the Idempotency-Key of an answer that was given', () => {
  /** Changes that are made once by their key; `/api/etl/start` tells repeats by its batches, and a map over itself is the same map. */
  const repeatable = ['POST /api/etl/start', 'PUT /api/projects/:id/sourcemaps'];
  const keyed = CHANGING.filter(([name, { access }]) => access.kind !== 'session' && !repeatable.includes(name));
  it.each(keyed)(
    '%s repeats the answer to who still has it, and answers 403 or 404 to who has not',
    async (name, rule) => {
      const on = await makeFixtureFor(rule);
      const user = await createUser({ role: 'admin' });
      const headers = { 'idempotency-key': name };
      const repeat = async () => call(rule, { as: await signIn(user), headers }, on);
      const [first, second] = [await repeat(), await repeat()];
      // What was refused changed nothing, and is decided anew each time; but a run of rejects that are still none is a run.
      const isKept = first.status < 400 || rule.route.endsWith('/resend');
      expect([second.status, second.headers.has('idempotent-replayed')]).toEqual([first.status, isKept]);
      // Of that run it is the job that is known again: it says the same of the records, and its own request and times.
      const said = ({ requestId, steps, durationMs, ...rest }: Record<string, unknown>) => rest;
      if (isKept && first.status < 400) expect(JSON.stringify(second.body)).toBe(JSON.stringify(first.body));
      else if (isKept) expect(said(second.body)).toEqual(said(first.body));
      const reads = rule.access.kind === 'project' && rule.access.action === 'read';
      for (const [change, refusal] of [
        [`role = 'viewer'`, reads ? '200' : '403 forbidden'],
        [`project_ids = '["prj_another"]'`, rule.access.kind === 'project' ? '404 not_found' : '403 forbidden'],
      ]) {
        await env.DB.prepare(`UPDATE users SET ${change} WHERE id = ?1`).bind(user.id).run();
        expect(outcome(await repeat()), change).toBe(refusal);
      }
    },
  );
});

describe('of a disabled project', () => {
  it.each(of('project', 'socket', 'send', 'any-key'))(
    '%s answers 403, unless it manages the project',
    async (_, rule) => {
      const manages = rule.access.kind === 'project' && rule.access.action === 'admin';
      if (!manages) {
        expect(outcome(await call(rule, { as: admin }, disabledProject))).toBe('403 project_disabled');
        return;
      }
      // A fresh one for each: some of them delete what others change.
      const own = await makeFixtureFor(rule);
      await disable(own);
      expect((await call(rule, { as: admin }, own)).status).toBeLessThan(300);
    },
  );
});

describe('of a disabled user', () => {
  it.each(READ_SIDE)('%s answers 401', async (_, rule) => {
    expect(outcome(await call(rule, { as: disabledUser }))).toBe('401 unauthenticated');
  });
});

describe('from a page that is not ours', () => {
  it.each(CHANGING)('%s answers 403 to a cookie without a CSRF token', async (_, rule) => {
    expect(outcome(await call(rule, { as: admin, csrf: null }))).toBe('403 csrf_failed');
    expect(outcome(await call(rule, { as: admin, csrf: granted.viewer.csrf }))).toBe('403 csrf_failed');
  });

  it.each(CHANGING)('%s answers 403 to a cookie from another origin, token or not', async (_, rule) => {
    const whence: CallOptions[] = [
      { headers: { origin: 'https://evil.example' } },
      { headers: { 'sec-fetch-site': 'same-site' } },
    ];
    for (const from of whence) {
      expect(outcome(await call(rule, { as: admin, ...from }))).toBe('403 cross_site_request');
      expect(outcome(await call(rule, { as: admin, csrf: null, ...from }))).toBe('403 cross_site_request');
    }
  });

  it.each(CHANGING)('%s answers 403 to a cookie whose sender says no origin and has no token', async (_, rule) => {
    expect(outcome(await call(rule, { as: admin, csrf: null, fromPage: false }))).toBe('403 csrf_failed');
  });

  it.each(of('socket'))('%s answers 403 to a cookie from another origin', async (_, rule) => {
    for (const origin of ['https://evil.example', 'null']) {
      expect(outcome(await call(rule, { as: admin, headers: { origin } }))).toBe('403 cross_site_request');
    }
  });
});
