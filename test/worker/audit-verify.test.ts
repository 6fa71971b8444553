import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { trailStatus } from '../../src/trail/status.ts';
import { tilePath } from '../../src/trail/tree/tiles.ts';
import { verifyDaily, verifyNow } from '../../src/trail/verify/verify.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { findings, lastSeq, writeEntries } from '../helpers/worker/trail.ts';

const DAY_MS = 24 * 3_600_000;

/** To its end. */
async function verifyAll(): Promise<void> {
  for (let run = 0; run < 20; run++) {
    await verifyNow(testCtx());
    if ((await trailStatus(testCtx())).verifying === null) return;
  }
  throw new Error('the check does not end');
}

beforeAll(async () => {
  await sealTrail(testCtx());
  await writeEntries(300);
  await sealTrail(testCtx());
  await writeEntries(400);
  await sealTrail(testCtx());
});

describe('the check of all entries', () => {
  it('finds nothing wrong with a trail that nobody touched, and says when it ended', async () => {
    await verifyAll();
    const status = await trailStatus(testCtx());
    expect(status).toMatchObject({ findings: [], verifying: null, unsealedSinceMs: null });
    expect(status.verifiedAtMs).toBeGreaterThan(0);
    expect(status.entries).toBe(await lastSeq());
    expect(status.sealedSize).toBe(status.entries);
  });

  it('by cron begins once a day, and in between does nothing', async () => {
    const ctx = testCtx();
    expect(await verifyDaily(ctx)).toEqual({ entries: 0, findings: 0 });
    const tomorrow = testCtx({ nowMs: ctx.nowMs + DAY_MS + 1 });
    expect((await verifyDaily(tomorrow)).entries).toBe(await lastSeq());
    expect(await verifyDaily(tomorrow)).toEqual({ entries: 0, findings: 0 });
  });

  it('dies at every call to a store and goes on: it ends, and finds what was nothing', async () => {
    let nowMs = Date.now() + 2 * DAY_MS;
    const boundaries = await atEachFaultPoint(env, {
      prepare: async () => (nowMs += 2 * DAY_MS),
      act: (faulty, startMs) => verifyDaily(testCtx({ env: faulty, nowMs: startMs })),
      async check(startMs, place) {
        for (let run = 0; run < 3; run++) await verifyDaily(testCtx({ nowMs: startMs + 60_000 * run }));
        const { verifying, verifiedAtMs } = await trailStatus(testCtx());
        expect([verifying, (verifiedAtMs ?? 0) >= startMs], place).toEqual([null, true]);
      },
    });
    expect(boundaries).toBeGreaterThan(20);
    expect(await findings()).toEqual([]);
  }, 240_000);

  it('takes a part in each run, shows how far it is, and goes on there', async () => {
    await writeEntries(8_300);
    await sealTrail(testCtx());
    const to = await lastSeq();
    await verifyNow(testCtx());
    expect((await trailStatus(testCtx())).verifying).toEqual({ doneSeq: 8_192, toSeq: to });
    expect(await verifyDaily(testCtx())).toEqual({ entries: to - 8_192, findings: 0 });
    expect((await trailStatus(testCtx())).verifying).toBeNull();
  });

  it('begins again, and says so, where somebody moved its mark to the end', async () => {
    await verifyNow(testCtx());
    await env.DB.prepare('UPDATE audit_verification SET done_size = to_size, range = ?1').bind('[]').run();
    await verifyAll();
    const found = await findings();
    expect(found.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['signature', 'How far the check of all entries was had been changed; it began again.'],
    ]);
  });

  it('finds a tile that was changed, in the bucket, whatever level it has', async () => {
    for (const [level, index, width] of [
      [0, 1, 256],
      [1, 0, Math.floor((await lastSeq()) / 256)],
    ] as const) {
      const key = `audit/${tilePath(level, index, width)}`;
      const bytes = new Uint8Array((await (await env.STORE.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
      expect(bytes.byteLength, key).toBe(width * 32);
      const changed = bytes.slice();
      changed[7] = (changed[7] ?? 0) ^ 1;
      await env.STORE.put(key, changed);
      const before = (await findings()).length;
      await verifyAll();
      const after = await findings();
      expect(after.length, key).toBeGreaterThan(before);
      expect(
        after.some(({ kind }) => kind === 'tree'),
        key,
      ).toBe(true);
      await env.STORE.put(key, bytes);
    }
  });

  it('gives a checkpoint back to whichever store lost it, and tells', async () => {
    const { results } = await env.DB.prepare('SELECT size, note FROM audit_checkpoints ORDER BY size').all<{
      size: number;
      note: string;
    }>();
    const [first, second] = results;
    const key = `audit/checkpoints/${String(first?.size).padStart(12, '0')}`;
    await env.STORE.delete(key);
    await env.DB.batch([
      env.DB.prepare('DROP TRIGGER audit_checkpoints_are_kept'),
      env.DB.prepare('DELETE FROM audit_checkpoints WHERE size = ?1').bind(second?.size),
    ]);
    await verifyAll();
    const told = (await findings()).map(({ detail }) => detail);
    expect(told).toContain(`The checkpoint of size ${first?.size} was gone from the bucket.`);
    expect(told).toContain(`The checkpoint of size ${second?.size} was gone from the database.`);
    expect(await (await env.STORE.get(key))?.text()).toBe(first?.note);
    const copy = await env.DB.prepare('SELECT note FROM audit_checkpoints WHERE size = ?1')
      .bind(second?.size)
      .first('note');
    expect(copy).toBe(second?.note);
  });

  it('finds a checkpoint that nobody of us signed', async () => {
    const forged = 'breakwater/audit\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— breakwater/audit AAAAAAAA\n';
    await env.DB.prepare(
      "INSERT INTO audit_checkpoints VALUES (5, 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 1, 'k1', ?1)",
    )
      .bind(forged)
      .run();
    await verifyAll();
    expect((await findings()).map(({ detail }) => detail)).toContain(
      'The database has a checkpoint of size 5 that no key of this deployment signed; it counts for nothing.',
    );
  });

  it('finds a note in the bucket that is not the one that was signed', async () => {
    const size = Number(
      await env.DB.prepare('SELECT size FROM audit_checkpoints WHERE size > 5 ORDER BY size LIMIT 1').first('size'),
    );
    const key = `audit/checkpoints/${String(size).padStart(12, '0')}`;
    const note = (await (await env.STORE.get(key))?.text()) ?? '';
    await env.STORE.put(
      key,
      note.replace(/[A-Za-z0-9](?==*\n$)/, (last) => (last === 'A' ? 'B' : 'A')),
    );
    await verifyAll();
    expect((await findings()).map(({ detail }) => detail)).toContain(
      `The bucket keeps another checkpoint of size ${size} than the database has.`,
    );
    await env.STORE.put(key, note);
  });

  it('tells the operators of each finding, once', async () => {
    const count = () =>
      env.DB.prepare("SELECT count(*) AS n FROM notices WHERE kind = 'audit.finding'").first<number>('n');
    const before = await count();
    expect(before).toBeGreaterThan(3);
    await verifyAll();
    expect(await count()).toBe(before);
  });
});
