import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { journalFor } from '../../src/journal/index.ts';
import { createKey } from '../helpers/worker/accounts.ts';
import { ingest, type LiveClient, liveProject, numbered } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

// A busy machine is slow, not wrong: until() has its own limits.
vi.setConfig({ testTimeout: 30_000 });

const hub = (project: string) => env.HUB.getByName(project);
const notices = (client: LiveClient, topic: string) =>
  client.updates(topic).flatMap(({ records }) => (records ?? []).map(({ attrs }) => [attrs.event, attrs.sockets]));

describe('a client that leaves while the hub sleeps', () => {
  it('is told as gone, with the sockets that it still has', async () => {
    const here = await liveProject();
    const [first, second] = [await here.open({ client: 'desk' }), await here.open({ client: 'desk' })];
    const watcher = await here.open();
    await watcher.subscribe(['client:desk']);
    for (const [client, left] of [[first, 1] as const, [second, 0] as const]) {
      await evictDurableObject(hub(here.project));
      client.close();
      await until('the notice', () => notices(watcher, 'client:desk').length === 2 - left);
    }
    expect(notices(watcher, 'client:desk')).toEqual([
      ['disconnected', 1],
      ['disconnected', 0],
    ]);
    const late = await here.open();
    expect((await late.ask({ type: 'SUBSCRIBE', topics: ['client:desk'] })).presence).toEqual({ desk: 0 });
  });

  it('is told once, also when it was the hub that closed it', async () => {
    const here = await liveProject();
    const { id, key } = await createKey(here.project, ['query']);
    const watcher = await here.open();
    await watcher.subscribe(['client:desk', 'client:other']);
    const client = await here.open({ key, client: 'desk' });
    expect(await hub(here.project).closeWhere({ kind: 'key', keyId: id }, 0)).toBe(1);
    await client.closing();
    client.close();
    // Closes arrive in order: behind the one that nobody may hear of twice.
    const other = await here.open({ client: 'other' });
    other.close();
    await until('the next close', () => notices(watcher, 'client:other').length === 2);
    expect(notices(watcher, 'client:desk')).toEqual([
      ['connected', 1],
      ['disconnected', 0],
    ]);
  });
});

describe('a first SUBSCRIBE', () => {
  it('under load gets what comes, although a publication arrives before anyone listens', async () => {
    const here = await liveProject();
    await ingest(here, numbered(1, 'n'));
    const { parts } = await journalFor(env, here.project, 0).readFrom('logs', 1, 1);
    const client = await here.open();
    client.send({ type: 'SUBSCRIBE', topics: ['logs'] });
    await until('the subscription', async () => {
      await hub(here.project).publish({ shard: 0, parts, heads: null });
      return client.frames.length > 0;
    });
    await ingest(here, numbered(1, 'n', 1));
    expect(await client.messages(1)).toEqual(['n 1']);
  });
});

describe('a journal that restarts', () => {
  it('tells the hub what an ended instance had not published, without waiting for the next record', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(2, 'n'));
    await client.messages(2);
    const journal = journalFor(env, here.project, 0);
    // The instance ends between its answer to the sender and its call to the hub.
    const attached = (sql: string) =>
      runInDurableObject(journal, (_, state) => {
        state.storage.sql.exec(sql);
      });
    await attached("DELETE FROM meta WHERE name = 'attached'");
    await evictDurableObject(journal);
    await ingest(here, numbered(3, 'n', 2));
    await attached("INSERT INTO meta (name, value) VALUES ('attached', '1')");
    await evictDurableObject(journal);
    await journal.status();
    expect(await client.messages(5)).toEqual(numbered(5, 'n').map(({ message }) => message));
    await client.settled();
    expect(client.updates('logs').some(({ dropped }) => dropped !== undefined)).toBe(false);
  });
});
