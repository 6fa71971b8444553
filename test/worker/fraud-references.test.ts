import { describe, expect, it } from 'vitest';
import { createKey } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { cookieOf, fraudProject } from '../helpers/worker/fraud.ts';

describe('references', () => {
  it('link accounts however the identifier is written', async () => {
    const project = await fraudProject();
    await project.post('register', { userId: 'u1', references: { phone: '+49 (170) 123-4567' } });
    await project.post('register', { userId: 'u2', references: { phone: '0049 170 1234567', email: 'A@b.example' } });
    const third = await project.post('register', { userId: 'u3', references: { email: ' a@B.example' } });
    expect(third.body).toMatchObject({ userId: 'u3', linkedAccounts: 1, references: [{ type: 'email', accounts: 2 }] });
    const { body } = await project.get('cross-lookup?minAccounts=2');
    expect(body.nextCursor).toBeNull();
    expect(
      body.items.map((item: { type: string; accounts: { userId: string }[] }) => [
        item.type,
        item.accounts.map(({ userId }) => userId),
      ]),
    ).toEqual([
      ['email', ['u2', 'u3']],
      ['phone', ['u1', 'u2']],
    ]);
    const pages = await project.get('cross-lookup?minAccounts=2&limit=1');
    const rest = await project.get(`cross-lookup?minAccounts=2&limit=1&cursor=${pages.body.nextCursor}`);
    expect([...pages.body.items, ...rest.body.items]).toEqual(body.items);
    expect(rest.body.nextCursor).toBeNull();
  });

  it('are found by the identifier in a body, and by no other project', async () => {
    const [project, other] = [await fraudProject(), await fraudProject()];
    await project.post('register', { userId: 'u1', references: { email: 'a@b.example' } });
    const lookup = (key: string) => callApp('POST', '/api/fraud/cross-lookup', { key, body: { email: 'A@b.example' } });
    expect((await lookup(project.query)).body.items).toMatchObject([{ type: 'email', accounts: [{ userId: 'u1' }] }]);
    expect((await lookup(other.query)).body.items).toEqual([]);
    const foreign = await callApp('GET', `/api/fraud/references?project=${project.id}&userId=u1`, { key: other.query });
    expect(foreign.status).toBe(404);
  });

  it('of a device are made by being seen on it, and are in the graph', async () => {
    const project = await fraudProject();
    const one = await project.login({ userId: 'u1' });
    await project.login({ userId: 'u2' }, { headers: cookieOf(one) });
    await project.post('register', { userId: 'u2', references: { phone: '+4917012345' } });
    const graph = (await project.get('graph?userId=u1')).body;
    const kinds = graph.nodes.map(({ kind }: { kind: string }) => kind).sort();
    expect([kinds, graph.edges.length, graph.cut]).toEqual([['device', 'reference', 'user', 'user'], 3, false]);
    await project.event({}, { headers: cookieOf(await project.login({ userId: 'u3' }, { headers: cookieOf(one) })) });
    const { facts } = (await project.get('history?userId=u3')).body.items[0];
    expect(facts).toMatchObject({ otherUsersOnDevice: 2, sharedReferences: { accounts: 2, types: ['device'] } });
    expect((await project.get('graph?userId=nobody')).body).toEqual({ nodes: [], edges: [], cut: false });
  });

  it('are bounded for each user, and refused where they are none', async () => {
    const project = await fraudProject();
    for (let i = 0; i < 20; i++) {
      const { status } = await project.post('register', { userId: 'u1', references: { phone: `+49170000${i}` } });
      expect(status).toBe(200);
    }
    const over = await project.post('register', { userId: 'u1', references: { phone: '+4917100000', email: 'a@b.c' } });
    expect([over.status, over.body.code]).toEqual([409, 'reference_limit']);
    expect((await project.get('references?userId=u1')).body.items).toHaveLength(20);
    const bad = await project.post('register', { userId: 'u1', references: { phone: 'none', email: 'none' } });
    expect(bad.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/references/phone',
      '/references/email',
    ]);
    expect((await project.post('register', { userId: 'u1', references: {} })).status).toBe(400);
  });

  it('are not for a key that may only send', async () => {
    const project = await fraudProject();
    const { key } = await createKey(project.id, ['ingest:fraud']);
    expect((await callApp('GET', '/api/fraud/references?userId=u1', { key })).status).toBe(403);
  });
});
