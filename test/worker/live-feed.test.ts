import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { journalFor } from '../../src/journal/index.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { ingest, LiveClient, type LiveProject, liveProject, numbered } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

// A busy machine is slow, not wrong: until() has its own limits.
vi.setConfig({ testTimeout: 30_000 });

const hub = (project: string) => env.HUB.getByName(project);
const journal = (project: string) => journalFor(env, project, 0);
const texts = (count: number, prefix: string, from = 0) => numbered(count, prefix, from).map(({ message }) => message);

/** Turns what is in the tail now into blocks. */
async function seal(project: string): Promise<void> {
  await runInDurableObject(journal(project), (_, state) => {
    state.storage.sql.exec('UPDATE parts SET at_ms = 0');
  });
  await evictDurableObject(journal(project));
  await runInDurableObject(journal(project), (instance) => instance.alarm());
}

/** Stores records whose publication gets lost on the way. */
async function ingestUnpublished(here: LiveProject, records: { message: string }[]): Promise<void> {
  await runInDurableObject(journal(here.project), (_, state) => {
    state.storage.sql.exec("DELETE FROM meta WHERE name = 'attached'");
  });
  await evictDurableObject(journal(here.project));
  await ingest(here, records);
  await journal(here.project).attach(here.project, 0, 'hub', 'all');
}

describe('publications', () => {
  it('that come twice are shown once', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(3, 'a'));
    await ingest(here, numbered(2, 'b'));
    expect(await client.messages(5)).toEqual([...texts(3, 'a'), ...texts(2, 'b')]);
    const { parts } = await journal(here.project).readFrom('logs', 1, Number.MAX_SAFE_INTEGER);
    for (let i = 0; i < 2; i++)
      expect(await hub(here.project).publish({ shard: 0, parts, heads: null })).toEqual({ attached: true });
    await client.settled();
    expect(await client.messages(5)).toHaveLength(5);
  });

  it('that overlap with what is known show the rest', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(3, 'a'));
    await client.messages(3);
    const { parts } = await journal(here.project).readFrom('logs', 1, 1);
    const [part] = parts;
    if (!part) throw new Error('no part');
    // As if the journal had numbered the same text one further: the hub knows three of the four.
    const lines = Buffer.from(part.data).toString();
    const longer = `${lines}${lines.slice(0, lines.indexOf('\n') + 1).replace('a 0', 'a 3')}`;
    await hub(here.project).publish({
      shard: 0,
      parts: [{ ...part, data: Buffer.from(longer), summary: { ...part.summary, records: 4 } }],
      heads: null,
    });
    expect(await client.messages(4)).toEqual(texts(4, 'a'));
  });

  it('that are missing are read from the journal when the next one comes', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs', 'telemetry.live']);
    await ingest(here, numbered(2, 'n'));
    await client.messages(2);
    await ingestUnpublished(here, numbered(700, 'n', 2));
    await ingest(here, numbered(1, 'n', 702));
    expect(await client.messages(703)).toEqual(texts(703, 'n'));
    expect(await client.messages(703, 'telemetry.live')).toEqual(texts(703, 'n'));
  });

  it('that are missing are read from the blocks when they are sealed by then', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(2, 'n'));
    await client.messages(2);
    await ingestUnpublished(here, numbered(40, 'n', 2));
    await seal(here.project);
    await ingestUnpublished(here, numbered(5, 'n', 42));
    await ingest(here, numbered(1, 'n', 47));
    expect(await client.messages(48)).toEqual(texts(48, 'n'));
  });

  it('that are missing and gone for good are counted as dropped', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(2, 'n'));
    await client.messages(2);
    await ingestUnpublished(here, numbered(7, 'lost'));
    await runInDurableObject(journal(here.project), (_, state) => {
      state.storage.sql.exec('DELETE FROM parts');
    });
    await ingest(here, numbered(1, 'n', 2));
    expect(await client.messages(3)).toEqual(texts(3, 'n'));
    expect(client.updates('logs').at(-1)?.dropped).toBe(7);
  });

  it('end when nobody listens, so that a journal without an audience makes no calls', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, { message: 'seen' });
    await client.messages(1);
    client.close();
    await until('the hub has let go', async () => {
      const { parts } = await journal(here.project).readFrom('logs', 1, 1);
      return !(await hub(here.project).publish({ shard: 0, parts, heads: null })).attached;
    });
  });
});

describe('resume', () => {
  it('gives everything since the cursor once and in order: from blocks, tail and live', async () => {
    const here = await liveProject();
    const first = await here.open();
    const start = await first.subscribe(['logs']);
    await ingest(here, numbered(300, 'n'));
    await first.messages(300);
    first.close();
    await ingest(here, numbered(900, 'n', 300));
    await seal(here.project);
    await ingest(here, numbered(100, 'n', 1_200));
    await seal(here.project);
    await ingest(here, numbered(50, 'n', 1_300));
    const second = await here.open();
    expect(await second.subscribe(['logs'], { since: start })).toBe(start);
    await ingest(here, numbered(50, 'n', 1_350));
    expect(await second.messages(1_400)).toEqual(texts(1_400, 'n'));
    expect(second.updates('logs').some(({ dropped }) => dropped !== undefined)).toBe(false);
  });

  it.each([1, 2, 3, 4])('goes on from any cursor that was seen, round %i', async (round) => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['telemetry.live']);
    for (let i = 0; i < 6; i++) {
      await ingest(here, [...numbered(5, 'log', i * 5), { message: `error ${i}`, stream: 'errors' }]);
      if (i === round) await seal(here.project);
    }
    await client.messages(36, 'telemetry.live');
    const frames = client.updates('telemetry.live');
    for (const [i, { cursor }] of frames.entries()) {
      const rest = frames
        .slice(i + 1)
        .flatMap(({ records }) => records ?? [])
        .map(({ id }) => id);
      const again = await here.open();
      await again.subscribe(['telemetry.live'], { since: cursor });
      if (rest.length > 0) await again.messages(rest.length, 'telemetry.live');
      await again.settled();
      const got = again
        .updates('telemetry.live')
        .flatMap(({ records }) => records ?? [])
        .map(({ id }) => id);
      expect(got.sort()).toEqual(rest.sort());
    }
  });

  it('neither repeats nor loses a record while others keep sending', async () => {
    const here = await liveProject();
    const first = await here.open();
    const start = await first.subscribe(['logs']);
    const sender = await here.open();
    let sent = 0;
    const send = (count: number) => {
      for (let i = 0; i < count; i++) sender.send({ type: 'TELEMETRY', id: sent, payload: { message: `n ${sent++}` } });
    };
    const late: LiveClient[] = [];
    for (let round = 0; round < 8; round++) {
      send(150);
      const client = await here.open();
      await client.subscribe(['logs'], { since: start });
      late.push(client);
      send(50);
      if (round === 4) await seal(here.project);
    }
    for (const client of [first, ...late]) expect(await client.messages(sent)).toEqual(texts(sent, 'n'));
  });

  it('applies the filter, and moves the cursor past what did not match', async () => {
    const here = await liveProject();
    const first = await here.open();
    const start = await first.subscribe(['logs']);
    await ingest(here, [...numbered(20, 'plain'), { message: 'needle' }, ...numbered(20, 'plain')]);
    const end = (await first.messages(41)) && first.updates('logs').at(-1)?.cursor;
    const second = await here.open();
    await second.subscribe(['logs'], { since: start, filter: 'needle' });
    expect(await second.messages(1)).toEqual(['needle']);
    await second.settled();
    expect(second.updates('logs').at(-1)?.cursor).toBe(end);
  });

  it('reads again 50,000 records at most, and states how many it left out', async () => {
    const here = await liveProject();
    const first = await here.open();
    const start = await first.subscribe(['logs']);
    first.close();
    await ingest(here, numbered(30_000, 'n'));
    await ingest(here, numbered(20_400, 'n', 30_000));
    const second = await here.open();
    await second.subscribe(['logs'], { since: start });
    const messages = await second.messages(50_000);
    expect([messages[0], messages.at(-1), messages.length]).toEqual(['n 400', 'n 50399', 50_000]);
    expect(
      second
        .updates('logs')
        .map(({ dropped }) => dropped)
        .filter(Boolean),
    ).toEqual([400]);
  });

  it('ends quietly when the topic is unsubscribed or the socket closes on the way', async () => {
    const here = await liveProject();
    const first = await here.open();
    const start = await first.subscribe(['logs']);
    await ingest(here, numbered(5_000, 'n'));
    const [second, third] = [await here.open(), await here.open()];
    second.send({ type: 'SUBSCRIBE', topics: ['logs'], since: start });
    second.send({ type: 'UNSUBSCRIBE', topics: ['logs'] });
    third.send({ type: 'SUBSCRIBE', topics: ['logs'], since: start });
    third.close();
    await second.settled();
    expect(second.frames.filter(({ type }) => type !== 'UPDATE').map(({ type }) => type)).toEqual([
      'SUBSCRIBED',
      'UNSUBSCRIBED',
      'PONG',
    ]);
    const seen = second.updates('logs').length;
    await ingest(here, { message: 'after' });
    await first.messages(5_001);
    await second.settled();
    expect(second.updates('logs')).toHaveLength(seen);
  });
});

describe('an evicted hub', () => {
  it('goes on where it stood: nothing is lost or shown twice', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs'], { filter: 'keep' });
    for (let i = 0; i < 5; i++) {
      await ingest(here, [{ message: `keep ${i}` }, { message: `skip ${i}` }]);
      await client.messages(i + 1);
      await evictDurableObject(hub(here.project));
    }
    await ingest(here, { message: 'keep 5' });
    expect(await client.messages(6)).toEqual(texts(6, 'keep'));
  });

  it('reads what was published while it was away', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(1, 'n'));
    await client.messages(1);
    await evictDurableObject(hub(here.project));
    await ingestUnpublished(here, numbered(9, 'n', 1));
    await ingest(here, numbered(1, 'n', 10));
    expect(await client.messages(11)).toEqual(texts(11, 'n'));
  });

  it('takes TELEMETRY, keeps the csrf proof, and still knows who is present', async () => {
    const here = await liveProject();
    const analyst = await signInAs('analyst');
    const client = await LiveClient.open({ project: here.project, as: analyst, client: 'desk' });
    await client.subscribe(['logs'], { csrf: analyst.csrf });
    const watcher = await here.open();
    await watcher.subscribe(['client:desk']);
    await evictDurableObject(hub(here.project));
    client.send({ type: 'TELEMETRY', payload: { message: 'after' } });
    expect(await client.messages(1)).toEqual(['after']);
    client.close();
    await watcher.messages(1, 'client:desk');
    expect(watcher.updates('client:desk')[0]?.records?.[0]?.attrs).toMatchObject({ event: 'disconnected', sockets: 0 });
  });

  it('goes on with a resume that was under way', async () => {
    const here = await liveProject();
    const first = await here.open();
    const start = await first.subscribe(['logs']);
    await ingest(here, numbered(4_000, 'n'));
    await ingest(here, numbered(4_000, 'n', 4_000));
    const second = await here.open();
    second.send({ type: 'SUBSCRIBE', topics: ['logs'], since: start });
    await until('the resume has begun', () => second.frames.length > 0);
    await evictDurableObject(hub(here.project));
    await ingest(here, numbered(1, 'n', 8_000));
    expect(await second.messages(8_001)).toEqual(texts(8_001, 'n'));
  });

  it('lets a client resume with a cursor that is ahead of what it remembers', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(5, 'n'));
    await client.messages(5);
    const cursor = client.updates('logs').at(-1)?.cursor;
    await runInDurableObject(hub(here.project), (_, state) =>
      state.storage.kv.put('feed', { attached: [0], cursor: 'a0l1' }),
    );
    await evictDurableObject(hub(here.project));
    const second = await here.open();
    await second.subscribe(['logs'], { since: cursor });
    await ingest(here, numbered(2, 'n', 5));
    expect(await second.messages(2)).toEqual(texts(2, 'n', 5));
  });

  it.each<[string, (attachment: Record<string, unknown>) => Record<string, unknown>]>([
    ['was written by another version', (attachment) => ({ ...attachment, version: 0 })],
    [
      'has a filter that is none any more',
      (a) => ({ ...a, subscriptions: [{ topic: 'logs', filter: '(', since: null }] }),
    ],
    [
      'has a cursor that is none any more',
      (a) => ({ ...a, subscriptions: [{ topic: 'logs', filter: '', since: '?' }] }),
    ],
  ])('asks a client to come again whose attachment %s', async (_, change) => {
    const here = await liveProject();
    const [client, other] = [await here.open(), await here.open()];
    await client.subscribe(['logs']);
    await other.subscribe(['errors']);
    await runInDurableObject(hub(here.project), (_instance, state) => {
      for (const ws of state.getWebSockets()) {
        const attachment = JSON.parse(new TextDecoder().decode(ws.deserializeAttachment()));
        if (attachment.subscriptions[0].topic !== 'logs') continue;
        ws.serializeAttachment(new TextEncoder().encode(JSON.stringify(change(attachment))));
      }
    });
    await evictDurableObject(hub(here.project));
    await other.settled();
    expect((await client.closing()).code).toBe(1012);
    expect(other.closed).toBeNull();
  });
});
