import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { keptSizes } from '../../src/trail/checkpoints/checkpoint-store.ts';
import { trustedKeys } from '../../src/trail/keys/keys.ts';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { seal } from '../../src/trail/seal/seal.ts';
import { configWith, SECRET_2 } from '../helpers/worker/config.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { findings, lastSeq, rootByRows, writeEntries, wrongCheckpoints } from '../helpers/worker/trail.ts';
import { watchedBucket } from '../helpers/worker/watched-bucket.ts';

describe('a run where nothing is new', () => {
  it('writes nothing, lists nothing, and makes eight statements and a handful of reads', async () => {
    // So that the tree has more than one tile.
    await writeEntries(600);
    await sealTrail(testCtx());
    const calls: Record<string, number> = {};
    const statements = countingStatements(env.DB);
    const STORE = watchedBucket(env.STORE, (call) => {
      calls[call] = (calls[call] ?? 0) + 1;
    });
    expect(await sealTrail(testCtx({ env: { ...env, DB: statements.db, STORE } }))).toMatchObject({ entries: 0 });
    expect(statements.count()).toBe(8);
    expect(Object.keys(calls)).toEqual(['get']);
    expect(calls.get).toBeLessThanOrEqual(5);
  });

  it('still has the pair that signs now endorse the one before it, which may go then', async () => {
    const old = testCtx().config.dataSecrets;
    await sealTrail(testCtx({ config: configWith({ dataSecrets: [SECRET_2, ...old] }) }));
    const after = configWith({ dataSecrets: [SECRET_2] });
    expect((await trustedKeys(testCtx({ config: after }))).map(({ kid }) => kid)).toContain('k1');
    // The way back.
    await sealTrail(testCtx({ config: configWith({ dataSecrets: [...old, SECRET_2] }) }));
    await sealTrail(testCtx());
  });
});

describe('sealing the trail', () => {
  it.each(['audit/checkpoint', 'audit/checkpoints/'])(
    'finds nothing wrong where another run signs right after it has read %s',
    async (place) => {
      await writeEntries(10);
      let others = 0;
      const STORE = watchedBucket(env.STORE, async (_, asked) => {
        const key = typeof asked === 'string' ? asked : (asked as R2ListOptions).prefix;
        if (!key?.startsWith(place) || others++ > 0) return;
        await seal(testCtx());
        await writeEntries(10);
        await seal(testCtx());
      });
      expect(await seal(testCtx({ env: { ...env, STORE } }))).toMatchObject({ kind: 'sealed' });
      expect(others).toBeGreaterThan(0);
      expect(await findings()).toEqual([]);
      expect(await wrongCheckpoints()).toEqual([]);
    },
  );

  it('covers what is there by a signed checkpoint, in bounded runs, and does nothing where nothing is new', async () => {
    await sealTrail(testCtx());
    await writeEntries(700);
    const [from, to] = [(await keptSizes(env.STORE, 0, 10)).at(-1) ?? 0, await lastSeq()];
    const sizes: number[] = [];
    for (;;) {
      const outcome = await seal(testCtx(), 300);
      if (outcome.kind === 'sealed' && outcome.added === 0) break;
      sizes.push(outcome.kind === 'sealed' ? outcome.size : -1);
    }
    expect(sizes).toEqual([from + 300, from + 600, to]);
    expect(await wrongCheckpoints()).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('of two sealers at once, and of many, no two sign what disagrees', async () => {
    for (let round = 0; round < 8; round++) {
      await writeEntries(90 + round);
      const outcomes = await Promise.all([3, 50, 70, 90, 1_000].map((most) => seal(testCtx(), most)));
      const signed = outcomes.filter((outcome) => outcome.kind === 'sealed' && outcome.added > 0);
      expect(signed.length).toBeGreaterThan(0);
      await seal(testCtx());
    }
    expect(await wrongCheckpoints()).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('dies at every call to a store and goes on: every checkpoint stands, and none is signed twice', async () => {
    const boundaries = await atEachFaultPoint(env, {
      async prepare() {
        // Past the end of a tile, so that a full one takes the place of partial ones.
        await writeEntries(150);
        return lastSeq();
      },
      act: (faulty) => sealTrail(testCtx({ env: faulty })),
      async check(toSeq, place) {
        // As the next minute does.
        await sealTrail(testCtx());
        const last = await env.DB.prepare('SELECT max(size) AS size FROM audit_checkpoints').first<number>('size');
        expect(last, place).toBe(toSeq);
      },
    });
    expect(boundaries).toBeGreaterThan(20);
    expect(await wrongCheckpoints()).toEqual([]);
    expect(await findings()).toEqual([]);
  }, 240_000);

  it('drops the partial tiles of one that is full', async () => {
    const { objects } = await env.STORE.list({ prefix: 'audit/tile/0/' });
    const partials = objects.map(({ key }) => key).filter((key) => key.includes('.p/'));
    const last = Math.floor((await lastSeq()) / 256);
    expect(partials.length).toBeGreaterThan(0);
    expect(partials.filter((key) => !key.includes(String(last)))).toEqual([]);
  });

  it('a second pair signs, the first may go, and what it signed still verifies', async () => {
    await writeEntries(3);
    const old = testCtx().config.dataSecrets;
    const both = configWith({ dataSecrets: [SECRET_2, ...old] });
    expect(await seal(testCtx({ config: both }))).toMatchObject({ kind: 'sealed' });
    await writeEntries(3);
    const after = configWith({ dataSecrets: [SECRET_2] });
    expect(await seal(testCtx({ config: after }))).toMatchObject({ kind: 'sealed' });
    const { results } = await env.DB.prepare('SELECT DISTINCT kid FROM audit_checkpoints ORDER BY kid').all();
    expect(results).toEqual([{ kid: 'k1' }, { kid: 'k2' }]);
    expect((await trustedKeys(testCtx({ config: after }))).map(({ kid }) => kid)).toEqual(['k2', 'k1']);
    // The way back: the old pair first again.
    await writeEntries(1);
    expect(await seal(testCtx({ config: configWith({ dataSecrets: [...old, SECRET_2] }) }))).toMatchObject({
      kind: 'sealed',
    });
  });

  it('a kid that is given to another secret signs nothing, and says so', async () => {
    await writeEntries(1);
    const reused = configWith({ dataSecrets: [{ ...SECRET_2, kid: 'k1' }] });
    const outcome = await seal(testCtx({ config: reused }));
    expect(outcome).toMatchObject({ kind: 'refused', finding: { kind: 'signature' } });
    expect(await sealTrail(testCtx({ config: reused }))).toMatchObject({
      problem: expect.stringMatching(/^Nothing was signed/),
    });
    expect((await findings()).map(({ kind }) => kind)).toEqual(['signature']);
  });

  it('the root is that of the rows by RFC 6962, down to the first entry', async () => {
    await seal(testCtx());
    const { results } = await env.DB.prepare(
      'SELECT size, root_hash FROM audit_checkpoints ORDER BY size LIMIT 1',
    ).all<{
      size: number;
      root_hash: string;
    }>();
    const [first] = results;
    expect(first?.root_hash).toBe(Buffer.from(await rootByRows(first?.size ?? 0)).toString('base64'));
  });
});
