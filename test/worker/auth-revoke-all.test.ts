import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createUser, signIn, type TestUser } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { LiveClient, liveProject, upgrade } from '../helpers/worker/live-client.ts';
import { type Fixture, ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';
import { until } from '../helpers/worker/until.ts';

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

/** Every route that asks who is signed in. */
const SIGNED_IN = ROUTES.filter(({ access }) => !['public', 'ingest', 'probe'].includes(access.kind)).map(
  (rule): [string, RouteRule] => [`${rule.method} ${rule.route}`, rule],
);

/** What it names need not exist: who has no session does not get that far. */
const NOTHING: Fixture = {
  ...{ projectId: 'prj_x', keyId: 'key_x', userId: 'usr_x', sessionId: 'ses_x' },
  ...{ recordId: 'r', traceId: 't', searchId: 's', jobId: 'j', fraudEventId: 'e', fingerprint: 'f', visitId: 'v' },
  ...{ destinationId: 'dst_x', deliveryId: 'dst_x-evt_x' },
  ...{ ruleId: 'none', silenceId: 'none', deletionId: 'del_none', deletionHoldId: 'dhl_none', firingId: 'none' },
  ...{ breachId: 'brc_none', archiveId: 'arc_none', holdId: 'hld_none', warehouseDay: '1970-01-01' },
  templateId: 'tpl_none',
  findingId: 'fnd_none',
};

async function refreshed(session: SignedIn): Promise<SignedIn> {
  const answer = await callApp('POST', '/api/auth/refresh', { as: session });
  return { ...session, cookie: answer.cookies.get('gsession')?.split(';', 1)[0] ?? '' };
}

describe('after the answer of revoke-all', () => {
  let user: TestUser;
  let ended: SignedIn[];
  beforeAll(async () => {
    user = await createUser({ role: 'admin' });
    const [caller, other, third] = [await signIn(user), await signIn(user), await signIn(user)];
    // The newest secret, the one before it within its grace, and sessions of other browsers.
    const newest = await refreshed(third);
    expect((await callApp('POST', '/api/auth/revoke-all', { as: caller })).status).toBe(204);
    ended = [caller, other, third, newest];
  });

  it.each(SIGNED_IN)('%s is not signed in, with any cookie of the user', async (_, rule) => {
    for (const as of ended) {
      const body = rule.body?.(NOTHING);
      const { status } = await callApp(rule.method, rule.url?.(NOTHING) ?? rule.route, {
        as,
        ...(body === undefined ? {} : { body }),
        ...(rule.headers ? { headers: rule.headers } : {}),
      });
      expect(status).toBe(401);
    }
  });

  it('a new sign-in is one', async () => {
    expect((await callApp('GET', '/api/auth/me', { as: await signIn(user) })).status).toBe(200);
  });
});

describe('sockets that are open when everything is revoked', () => {
  async function open(project: string, as: SignedIn): Promise<LiveClient> {
    const client = await LiveClient.open({ project, as });
    await client.subscribe(['logs'], { csrf: as.csrf });
    return client;
  }

  it('are closed within a second of the answer, in every project and of every session, and nobody else', async () => {
    const user = await createUser({ role: 'viewer' });
    const projects = [await liveProject(), await liveProject()];
    const sessions = [await signIn(user), await signIn(user), await signIn(user)];
    const clients: LiveClient[] = [];
    for (const { project } of projects) for (const as of sessions) clients.push(await open(project, as));
    const stranger = await open(projects[0]?.project ?? '', await signIn(await createUser({ role: 'viewer' })));
    const [caller] = sessions as [SignedIn];
    expect((await callApp('POST', '/api/auth/revoke-all', { as: caller })).status).toBe(204);
    await until('every socket of the user is closed', () => clients.every(({ closed }) => closed !== null));
    expect(new Set(clients.map(({ closed }) => closed?.code))).toEqual(new Set([4401]));
    await stranger.settled();
    expect(stranger.closed).toBeNull();
    expect((await upgrade({ project: projects[0]?.project ?? '', as: caller })).status).toBe(401);
  });

  it('are closed too when their upgrade and the revocation cross', async () => {
    const { project } = await liveProject();
    for (let i = 0; i < 5; i++) {
      const session = await signIn(await createUser({ role: 'viewer' }));
      const opened: LiveClient[] = [];
      const upgrades = Array.from({ length: 8 }, async () => {
        const response = await upgrade({ project, as: session });
        if (response.status === 101) opened.push(LiveClient.of(response, project));
        else expect(response.status).toBe(401);
      });
      const revoked = callApp('POST', '/api/auth/revoke-all', { as: session });
      await Promise.all([...upgrades, revoked]);
      expect((await revoked).status).toBe(204);
      await until('none of them is open', () => opened.every(({ closed }) => closed !== null));
    }
  });

  it('are closed when a copied cookie is used', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { project } = await liveProject();
    const session = await signIn(await createUser({ role: 'viewer' }));
    const newest = await refreshed(session);
    const client = await open(project, newest);
    vi.setSystemTime(Date.now() + 30_000);
    expect((await callApp('GET', '/api/auth/me', { as: session })).status).toBe(401);
    vi.useRealTimers();
    await until('the socket is closed', () => client.closed !== null);
    expect(client.closed?.code).toBe(4401);
  });
});
