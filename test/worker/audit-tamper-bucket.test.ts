import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { keptSizes, noteOf } from '../../src/trail/checkpoints/checkpoint-store.ts';
import { proveEntry } from '../../src/trail/proof.ts';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { seal } from '../../src/trail/seal/seal.ts';
import { trailStatus } from '../../src/trail/status.ts';
import { tilePath } from '../../src/trail/tree/tiles.ts';
import { verifyNow } from '../../src/trail/verify/verify.ts';
import { configWith, SECRET_2 } from '../helpers/worker/config.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { findings, lastSeq, putBack, writeEntries, wrongCheckpoints } from '../helpers/worker/trail.ts';

const HEAD = 'audit/checkpoint';
const read = async (key: string): Promise<Uint8Array> =>
  new Uint8Array((await (await env.STORE.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));

/** Seals on top of a past that was changed, and again once it is what it was. */
async function refusedUntil(
  key: string,
  change: (bytes: Uint8Array) => Promise<unknown>,
  sentence: RegExp,
): Promise<void> {
  const bytes = await read(key);
  await writeEntries(2);
  await change(bytes);
  const before = (await keptSizes(env.STORE, 0, 1_000)).length;
  const outcome = await seal(testCtx());
  expect(outcome).toMatchObject({ kind: 'refused', finding: { detail: expect.stringMatching(sentence) } });
  expect(await sealTrail(testCtx())).toMatchObject({ problem: expect.stringMatching(/^Nothing was signed/) });
  expect((await findings()).some(({ detail }) => sentence.test(detail))).toBe(true);
  expect((await keptSizes(env.STORE, 0, 1_000)).length).toBeLessThanOrEqual(before);
  await (bytes.byteLength === 0 ? env.STORE.delete(key) : env.STORE.put(key, bytes));
  expect(await seal(testCtx())).toMatchObject({ kind: 'sealed' });
}

beforeAll(async () => {
  await sealTrail(testCtx());
  for (const count of [200, 150, 3]) {
    await writeEntries(count);
    await sealTrail(testCtx());
  }
});

describe('whoever may write to the bucket, and has not the secret, stops the sealing and is found', () => {
  it('with an older checkpoint as the newest one', async () => {
    const [, older = 0] = await keptSizes(env.STORE, 0, 10);
    const note = (await noteOf(env.STORE, older)) ?? '';
    await refusedUntil(
      HEAD,
      () => env.STORE.put(HEAD, note),
      /knows a checkpoint of size \d+, and the newest in the bucket is of size/,
    );
  });

  it('with no newest checkpoint', async () => {
    await refusedUntil(HEAD, () => env.STORE.delete(HEAD), /newest checkpoint is gone/);
  });

  it('with any one character of the newest checkpoint changed', async () => {
    const text = new TextDecoder().decode(await read(HEAD));
    for (const [from, to] of [
      ['breakwater/audit\n', 'breakwater/audio\n'],
      [/\n(\d)/, '\n9$1'],
      [/\n([A-Za-z0-9+/]{4})([A-Za-z0-9+/]{39}=)/, '\nAAAA$2'],
      [/.{6}=\n$/, 'AAAAAA=\n'],
      ['— breakwater', '- breakwater'],
    ] as const) {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      await env.STORE.put(HEAD, changed);
      expect(await seal(testCtx()), changed).toMatchObject({ kind: 'refused', finding: { kind: 'signature' } });
      await env.STORE.put(HEAD, text);
    }
    expect(await seal(testCtx())).toMatchObject({ kind: 'sealed' });
  });

  it('with a checkpoint of another key', async () => {
    await writeEntries(1);
    const forger = testCtx({ config: configWith({ dataSecrets: [{ ...SECRET_2, kid: 'k1' }] }) });
    expect(await seal(forger)).toMatchObject({ kind: 'refused' });
    expect(await seal(testCtx())).toMatchObject({ kind: 'sealed', added: 1 });
  });

  it('with a hash of the tree changed, or a tile taken away', async () => {
    const size = await lastSeq();
    const partial = () => `audit/${tilePath(0, Math.floor(size / 256), size % 256)}`;
    await seal(testCtx());
    for (const key of ['audit/tile/1/000.p/1', partial()]) {
      expect((await read(key)).byteLength, key).toBeGreaterThan(0);
      const original = await read(key);
      const flipped = original.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
      await env.STORE.put(key, flipped);
      expect(await seal(testCtx())).toMatchObject({ kind: 'refused', finding: { kind: 'tree' } });
      await env.STORE.delete(key);
      expect(await seal(testCtx())).toMatchObject({
        kind: 'refused',
        finding: { detail: expect.stringMatching(/is not there/) },
      });
      await env.STORE.put(key, original);
      expect(await seal(testCtx())).toMatchObject({ kind: 'sealed' });
    }
  });

  it('with a tile put where the next one comes', async () => {
    const size = await lastSeq();
    const next = size + 2;
    const key = `audit/${tilePath(0, Math.floor(next / 256), next % 256)}`;
    await refusedUntil(key, () => env.STORE.put(key, new Uint8Array(32)), /holds other hashes than its entries have/);
  });

  it('with a checkpoint kept behind the newest', async () => {
    const key = 'audit/checkpoints/000000999999';
    await refusedUntil(key, () => env.STORE.put(key, 'x'), /keeps a checkpoint of size 999999/);
  });

  it('with what tables and triggers were', async () => {
    await env.STORE.delete('audit/schema.json');
    const before = (await findings()).length;
    await sealTrail(testCtx());
    expect((await findings()).slice(before).map(({ kind }) => kind)).toEqual(['schema']);
  });

  it('and every checkpoint that was kept still stands', async () => {
    expect(await wrongCheckpoints()).toEqual([]);
  });
});

describe('a proof', () => {
  it('of an entry that is not what was sealed is refused', async () => {
    const seq = (await lastSeq()) - 1;
    const sql = await env.DB.prepare("SELECT sql FROM sqlite_master WHERE name = 'audit_keeps_rows'").first<string>(
      'sql',
    );
    await env.DB.batch([
      env.DB.prepare('DROP TRIGGER audit_keeps_rows'),
      env.DB.prepare('UPDATE audit SET target = target || ?1 WHERE seq = ?2').bind('x', seq),
    ]);
    expect(await proveEntry(testCtx(), seq)).toEqual({ ok: false, error: { kind: 'entry_altered', seq } });
    await env.DB.prepare('UPDATE audit SET target = substr(target, 1, length(target) - 1) WHERE seq = ?1')
      .bind(seq)
      .run();
    expect(await proveEntry(testCtx(), seq)).toMatchObject({ ok: true, value: { leafIndex: seq - 1 } });
    await env.DB.prepare(sql ?? '').run();
  });

  it('of a number that was never given is none', async () => {
    expect(await proveEntry(testCtx(), (await lastSeq()) + 1_000)).toEqual({
      ok: false,
      error: { kind: 'entry_not_found' },
    });
  });
});

describe('a database that was put back to before', () => {
  it('goes on behind the last checkpoint: no number that was sealed is given again, and what is lost is told', async () => {
    const size = await lastSeq();
    await sealTrail(testCtx());
    const back = size - 20;
    await putBack(back);
    expect(await sealTrail(testCtx())).toMatchObject({ entries: 1 });
    const told = (await findings()).map(({ detail }) => detail);
    expect(
      told.some((detail) => detail.startsWith(`Entries ${back + 1} to `) && detail.includes('put back to before')),
    ).toBe(true);
    const entry = await env.DB.prepare(
      "SELECT max(seq) AS seq FROM audit WHERE action = 'audit.continue'",
    ).first<number>('seq');
    expect(entry).toBeGreaterThan(size);
    await writeEntries(3);
    expect(await lastSeq()).toBe((entry ?? 0) + 3);
    expect(await sealTrail(testCtx())).toMatchObject({ entries: 3 });
    for (let runs = 0; runs < 5; runs++) await verifyNow(testCtx());
    expect((await trailStatus(testCtx())).checkpoint?.size).toBe(await lastSeq());
    expect((await findings()).filter(({ kind }) => kind === 'altered')).toEqual([]);
  });
});
