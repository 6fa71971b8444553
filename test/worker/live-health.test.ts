import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { Hub } from '../../durable-objects/hub/hub.ts';
import { Journal } from '../../durable-objects/journal/journal.ts';
import { announceHealth } from '../../src/live/index.ts';
import type { HealthChange } from '../../src/wire/protocol.ts';
import { createKey, signInAs } from '../helpers/worker/accounts.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { LiveClient, liveProject } from '../helpers/worker/live-client.ts';

const FIRING = {
  ...{ change: 'firing', firingId: 'frg_1', ruleId: 'rul_1' },
  ...{ severity: 'critical', state: 'firing' },
} as const satisfies HealthChange;
const BREAKER = {
  ...{ change: 'breaker', destinationId: 'dst_1', from: 'CLOSED', to: 'OPEN' },
} as const satisfies HealthChange;
const DEAD = { change: 'dead_letters', destinationId: 'dst_1', deadLetters: 3 } as const satisfies HealthChange;

const changes = (client: LiveClient) =>
  client.updates('health').flatMap(({ records }) => (records ?? []).map(({ attrs }) => attrs));

describe('the topic health', () => {
  it('tells what changed, as records that are not stored', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['health']);
    for (const change of [FIRING, BREAKER, DEAD]) await announceHealth(env, here.project, [change], 1_700_000_000_000);
    expect(await client.messages(3, 'health')).toEqual([
      'rule rul_1 fires',
      'the breaker of dst_1 went from CLOSED to OPEN',
      'dst_1 has 3 dead letters',
    ]);
    expect(changes(client)).toEqual([FIRING, BREAKER, DEAD]);
    const [first] = client.updates('health').flatMap(({ records }) => records ?? []);
    expect(first).toMatchObject({ stream: 'logs', type: 'health', ts: 1_700_000_000_000 });
    expect(await everyRecord(here.project)).toEqual([]);
  });

  it('tells all that changed at once in one call, in frames that a browser takes', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['health']);
    const called = vi.spyOn(Hub.prototype, 'announce');
    const many = Array.from({ length: 700 }, (_, index) => ({ ...FIRING, firingId: `frg_${index}` }));
    await announceHealth(env, here.project, many, 1);
    await client.messages(700, 'health');
    expect(changes(client)).toEqual(many);
    expect(called).toHaveBeenCalledTimes(1);
    expect(client.updates('health').map(({ records }) => records?.length)).toEqual([500, 200]);
  });

  it('is of its project, and for those who asked for it', async () => {
    const [here, there] = [await liveProject(), await liveProject()];
    const [watcher, logs, elsewhere] = [await here.open(), await here.open(), await there.open()];
    await watcher.subscribe(['health']);
    await logs.subscribe(['telemetry.live']);
    await elsewhere.subscribe(['health']);
    await announceHealth(env, here.project, [FIRING], 1);
    await watcher.messages(1, 'health');
    for (const client of [logs, elsewhere]) {
      await client.settled();
      expect(client.frames.filter(({ type }) => type === 'UPDATE')).toEqual([]);
    }
  });

  it('is for whoever may read the project: a viewer, and a key with the scope query', async () => {
    const here = await liveProject();
    const viewer = await signInAs('viewer');
    const person = await LiveClient.open({ project: here.project, as: viewer });
    await person.subscribe(['health'], { csrf: viewer.csrf });
    const { key } = await createKey(here.project, ['ingest']);
    const sender = await here.open({ key });
    expect(await sender.ask({ type: 'SUBSCRIBE', topics: ['health'] })).toMatchObject({ code: 'scope_missing' });
    await announceHealth(env, here.project, [BREAKER], 1);
    expect(await person.messages(1, 'health')).toHaveLength(1);
  });

  it('wakes a hub that sleeps, and reaches the sockets that outlived it', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['health']);
    await evictDurableObject(env.HUB.getByName(here.project));
    await announceHealth(env, here.project, [DEAD], 1);
    expect(await client.messages(1, 'health')).toEqual(['dst_1 has 3 dead letters']);
  });

  it('needs no journal: it is told while all of them are away', async () => {
    const here = await liveProject();
    const away = vi.spyOn(Journal.prototype, 'attach').mockRejectedValue(new Error('away') as never);
    const client = await here.open();
    await client.subscribe(['health']);
    expect(await client.ask({ type: 'SUBSCRIBE', topics: ['logs'] })).toMatchObject({ code: 'history_away' });
    await announceHealth(env, here.project, [FIRING], 1);
    expect(await client.messages(1, 'health')).toEqual(['rule rul_1 fires']);
    expect(away).toHaveBeenCalledTimes(1);
  });

  it('does not hold up what changed: a hub that is away is logged, and nothing is thrown', async () => {
    const here = await liveProject();
    vi.spyOn(Hub.prototype, 'announce').mockImplementation(() => {
      throw new Error('away');
    });
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await announceHealth(env, here.project, [FIRING], 1);
    expect(String(warned.mock.calls[0]?.[0])).toContain('health_not_announced');
  });
});
