import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { proveEntry } from '../../src/trail/proof.ts';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { seal } from '../../src/trail/seal/seal.ts';
import { trailStatus } from '../../src/trail/status.ts';
import { verifyNow } from '../../src/trail/verify/verify.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { findings, lastSeq, putBack, sealAll, skipNumbers, writeEntries } from '../helpers/worker/trail.ts';

/** Numbers of the trail that were moved on or back. */

vi.setConfig({ testTimeout: 240_000 });

const REASON = 'A restore drill moved the numbers on.';
let admin: SignedIn;
const accept = (toSeq: number): Promise<Answer> =>
  callApp('POST', '/api/audit/gap', { as: admin, body: { toSeq, reason: REASON } });
const move = (by: number) =>
  env.DB.prepare("UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'audit'").bind(by).run();

beforeAll(async () => {
  admin = await signInAs('admin');
  await writeEntries(50);
  await sealTrail(testCtx());
});

describe('numbers that were moved on', () => {
  it('go back while nothing has been written behind them, and it is told, wherever a run dies', async () => {
    const boundaries = await atEachFaultPoint(env, {
      async prepare() {
        await writeEntries(1);
        await sealAll();
        await move(10 ** 15);
        return lastSeq();
      },
      act: (faulty) => sealTrail(testCtx({ env: faulty })),
      async check(last, place) {
        expect(await sealTrail(testCtx()), place).toMatchObject({ size: last });
        await writeEntries(1);
        expect(await lastSeq(), place).toBe(last + 1);
        const told = (await findings()).filter(({ id }) => id === `altered/numbers/${last}-${last + 10 ** 15}`);
        expect(told.length, place).toBe(1);
      },
    });
    expect(boundaries).toBeGreaterThan(20);
  });

  it('with an entry behind them stop the sealing until an administrator accepts the gap, of which the trail tells', async () => {
    const toSeq = await skipNumbers(150_000);
    const fromSeq = toSeq - 149_999;
    const before = (await findings()).length;
    expect(await sealTrail(testCtx())).toMatchObject({ problem: expect.stringContaining('Nothing was signed') });
    expect((await accept(toSeq + 1)).body.code).toBe('audit_no_gap');
    expect((await trailStatus(testCtx())).gap).toEqual({ fromSeq, toSeq, accepted: false });
    const unsaid = await callApp('POST', '/api/audit/gap', { as: admin, body: { toSeq, reason: ' ' } });
    expect(unsaid).toMatchObject({ status: 400, body: { errors: [{ pointer: '/reason', reason: 'must say why' }] } });
    expect(await accept(toSeq)).toMatchObject({ status: 200, body: { fromSeq, toSeq } });
    expect((await trailStatus(testCtx())).gap).toEqual({ fromSeq, toSeq, accepted: true });
    const { items } = (await callApp('GET', '/api/audit?action=audit.accept_gap', { as: admin })).body;
    expect(items).toMatchObject([{ actorId: admin.userId, detail: { fromSeq, toSeq, reason: REASON } }]);

    const sizes: number[] = [];
    for (let added = 1; added > 0; ) {
      const outcome = await seal(testCtx());
      if (outcome.kind === 'refused') throw new Error(outcome.finding.detail);
      added = outcome.added;
      sizes.push(outcome.size);
    }
    expect(sizes.slice(0, 2)).toEqual([fromSeq - 1 + 100_000, fromSeq - 1 + 110_000]);
    expect(sizes.at(-1)).toBe(await lastSeq());
    expect((await trailStatus(testCtx())).gap).toBeNull();
    expect(await proveEntry(testCtx(), toSeq)).toMatchObject({
      ok: true,
      value: { leaf: `{"seq":${toSeq},"missing":true}` },
    });
    expect(await proveEntry(testCtx(), toSeq + 1)).toMatchObject({ ok: true });

    do await verifyNow(testCtx());
    while ((await trailStatus(testCtx())).verifying !== null);
    // Once, and not for each run or tile.
    expect((await findings()).slice(before)).toMatchObject([{ kind: 'missing', seq: fromSeq }]);
    const lines = (await callApp('GET', '/api/audit/export', { as: admin })).body;
    expect(String(lines).trimEnd().split('\n').length).toBe(await lastSeq());
  });

  it('and a gap that nobody could cover number by number is refused', async () => {
    const last = await skipNumbers(10_000_001);
    expect(await accept(last)).toMatchObject({ status: 409, body: { code: 'audit_gap_too_wide' } });
    // As the answer says.
    await putBack(last - 10_000_001);
    expect(await sealTrail(testCtx())).toMatchObject({ entries: 0 });
  });
});

describe('a database that was put back to before', () => {
  it('goes on behind the last checkpoint wherever a run dies: once, and no number that was sealed is given again', async () => {
    const boundaries = await atEachFaultPoint(env, {
      async prepare() {
        await writeEntries(6);
        await sealAll();
        const size = await lastSeq();
        await putBack(size - 5);
        return size;
      },
      act: (faulty) => sealTrail(testCtx({ env: faulty })),
      async check(size, place) {
        await sealTrail(testCtx());
        const { results } = await env.DB.prepare('SELECT seq, action FROM audit WHERE seq > ?1 ORDER BY seq')
          .bind(size - 5)
          .all();
        expect(results, place).toEqual([{ seq: size + 1, action: 'audit.continue' }]);
        expect((await trailStatus(testCtx())).sealedSize, place).toBe(size + 1);
        const told = (await findings()).filter(({ id }) => id === `missing/${size - 4}-${size}`);
        expect(told.length, place).toBe(1);
      },
    });
    expect(boundaries).toBeGreaterThan(20);
    expect(
      (await findings()).filter(({ kind, id }) => kind === 'altered' && !id.startsWith('altered/numbers/')),
    ).toEqual([]);
  });
});
