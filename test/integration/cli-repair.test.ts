/** What an operator without a browser looks after: archives that are good and bad, and deliveries that died. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { Archive, ArchiveRun } from '../../src/wire/archive.ts';
import type { Delivery } from '../../src/wire/delivery.ts';
import { ArchiveClient, DAY_MS } from '../helpers/node/archive-client.ts';
import { Cli } from '../helpers/node/cli.ts';
import { Destinations } from '../helpers/node/destinations.ts';
import { freePort, until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

interface Verified {
  archives: { id: string; ok: boolean; records: number; problems: string[] }[];
  manifests: { versions: number; problems: string[] } | null;
}

describe('an archive', () => {
  let server: StartedWorkerd;
  let client: ArchiveClient;
  let cli: Cli;
  const dayMs = Date.parse(new Date().toISOString().slice(0, 10)) - 40 * DAY_MS;

  beforeAll(async () => {
    server = await startWorkerd();
    client = (await ArchiveClient.create(await server.signIn())).at(server);
    for (const day of [0, 1])
      await client.send(
        Array.from({ length: 5_000 }, (_, n) => ({
          ts: dayMs + day * DAY_MS + n,
          message: `day ${day}`,
          attrs: { n },
        })),
      );
    await until('both days are sealed', async () => {
      const { journal } = await client.call<{ journal: { backlogRecords: number } }>(
        'GET',
        `/api/projects/${client.projectId}/ledger`,
      );
      return journal.backlogRecords === 0;
    });
    await again(2 * 3_600_000);
    const run = await client.call<ArchiveRun>('POST', '/api/archives/run', {});
    expect(run).toMatchObject({ records: 10_000, objects: 2, done: true });
  });
  afterAll(() => server.stop());

  /** The same state under another clock. */
  async function again(offsetMs: number): Promise<void> {
    await server.stop();
    server = await startWorkerd({ stateDir: server.stateDir, vars: { CLOCK_OFFSET_MS: String(offsetMs) } });
    client.at(server);
    cli = new Cli({ BREAKWATER_URL: server.url, BREAKWATER_KEY: client.key });
  }

  it('is listed, checked whole, and put back into the database', async () => {
    const { items } = await cli.json<{ items: Archive[] }>('archive', 'list', '--from', '60d');
    expect(items.map(({ records, state }) => [records, state])).toEqual([
      [5_000, 'current'],
      [5_000, 'current'],
    ]);
    const whole = await cli.json<Verified>('archive', 'verify');
    expect(whole.archives.map(({ ok, records }) => [ok, records])).toEqual([
      [true, 5_000],
      [true, 5_000],
    ]);
    expect(whole.manifests).toEqual({ versions: 2, problems: [] });
    const [from, to] = [dayMs, dayMs + DAY_MS].map(String);
    // The database has them for a day after they were archived: none comes back, all of them stay.
    const restored = await cli.json('archive', 'restore', '--from', from ?? '', '--to', to ?? '');
    expect(restored).toMatchObject({ blocks: 0, days: 7 });
    const [first] = (await cli.json<{ items: Archive[] }>('archive', 'list', '--to', to ?? '')).items;
    expect((first?.hotUntilMs ?? 0) - Date.now()).toBeGreaterThan(6 * DAY_MS);
  });

  it('that was damaged in the bucket is found, named, and tells by the code', async () => {
    await server.stop();
    const bucket = path.join(server.stateDir, 'state/v3/r2');
    const objects = globSync('**/blobs/*', { cwd: bucket }).map((file) => path.join(bucket, file));
    const packed = objects.filter((file) =>
      readFileSync(file)
        .subarray(0, 2)
        .equals(Buffer.from([0x1f, 0x8b])),
    );
    expect(packed.length).toBeGreaterThanOrEqual(2);
    for (const file of packed) {
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    }
    await again(2 * 3_600_000);
    const { code, stdout } = await cli.run(['archive', 'verify', '--json']);
    const { archives, manifests } = JSON.parse(stdout) as Verified;
    expect([code, archives.map(({ ok }) => ok), manifests?.problems]).toEqual([1, [false, false], []]);
    for (const { problems } of archives) expect(problems.join(' ')).toMatch(/\w/);
    const one = await cli.run(['archive', 'verify', archives[0]?.id ?? '']);
    expect([one.code, one.stdout]).toEqual([1, expect.stringMatching(/^BAD {3}arc_/)]);
  });
});

describe('a delivery that died', () => {
  let server: StartedWorkerd;
  let admin: AdminSession;
  beforeAll(async () => {
    server = await startWorkerd();
    admin = await server.signIn();
  });
  afterAll(() => server.stop());

  it('is listed, and arrives once it is sent again to a receiver that is well', async () => {
    const { id } = (await admin.post('/api/projects', { name: 'Alerting' })) as { id: string };
    const made = (await admin.post(`/api/projects/${id}/keys`, { name: 'all', scopes: ['admin'] })) as { key: string };
    const cli = new Cli({ BREAKWATER_URL: server.url, BREAKWATER_KEY: made.key });
    const destinations = new Destinations(admin, id);
    const port = await freePort();
    const destination = await destinations.create({
      name: 'Pager',
      url: `http://127.0.0.1:${port}/`,
      timeoutMs: 1_000,
    });
    await destinations.test(destination.id);

    const dead = await cli.json<{ items: Delivery[] }>('deliveries', 'list', '--state', 'dead');
    expect(dead.items.map(({ destinationId, type }) => [destinationId, type])).toEqual([
      [destination.id, 'destination.test'],
    ]);

    const got: (string | undefined)[] = [];
    const receiver = http.createServer((request, response) => {
      got.push(request.headers['webhook-id'] as string | undefined);
      request.resume().once('end', () => response.end());
    });
    await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
    expect(await cli.json('deliveries', 'replay', dead.items[0]?.id ?? '')).toEqual({ deliveries: 1 });
    await until('it has arrived', () => got.length > 0);
    expect(got[0]).toBe(dead.items[0]?.id);
    receiver.close();
    await until('nothing is dead any more', async () => {
      const { items } = await cli.json<{ items: Delivery[] }>('deliveries', 'list', '--state', 'dead');
      return items.length === 0;
    });
  });
});
