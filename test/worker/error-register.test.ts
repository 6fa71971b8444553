import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf, mergeGroup, type SeenGroup } from '../../src/errors/group.ts';
import { readGroups, registerErrorGroups } from '../../src/errors/group-store.ts';
import { forgetErrorGroups } from '../../src/errors/index.ts';
import { buildBlock } from '../../src/journal/index.ts';
import { registerReleases } from '../../src/releases/index.ts';
import { storeSummedUp } from '../../src/rollups/index.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord, tailOf } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';

const DAY_MS = 24 * 3_600_000;
const T0 = Date.UTC(2026, 10, 20);

const error = (message: string, ts: number, release: string | null = null): Json => ({
  ...{ stream: 'errors', message, ts, type: 'TypeError' },
  attrs: { labels: release === null ? {} : { release }, stack: `at pay (https://a.example/${message}.js:1:2)` },
});

async function registerOf(projectId: string): Promise<Map<string, SeenGroup>> {
  const fingerprints = groupsOf(await everyRecord(projectId)).map(({ fingerprint }) => fingerprint);
  return new Map((await readGroups(env.DB, projectId, fingerprints)).map((group) => [group.message, group]));
}

describe('the register of error groups', () => {
  it('knows a group with its first and last time, its releases and its newest record, once its block is sealed', async () => {
    const projectId = randomId('prj');
    await put(projectId, [error('a', T0 + 5, '2'), error('a', T0, '1'), error('b', T0 + 7)]);
    expect(await registerOf(projectId)).toEqual(new Map());
    await seal(projectId);
    const [newest] = await everyRecord(projectId);
    expect(await registerOf(projectId)).toMatchObject(
      new Map([
        [
          'a',
          {
            type: 'TypeError',
            culprit: 'pay (a.js)',
            firstSeenMs: T0,
            lastSeenMs: T0 + 5,
            firstRelease: '1',
            lastRelease: '2',
            sampleId: newest?.id,
          },
        ],
        ['b', { firstSeenMs: T0 + 7, lastSeenMs: T0 + 7, firstRelease: null, status: 'open' }],
      ]),
    );
  });

  it('is the same whatever the order and number of blocks, and however often one is sealed', async () => {
    const drawn = fc.record({
      message: fc.constantFrom('a', 'b', 'c'),
      at: fc.nat(20),
      release: fc.option(fc.constantFrom('1', '2')),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(drawn, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        async (blocks) => {
          const projectId = randomId('prj');
          for (const block of blocks) {
            await put(
              projectId,
              block.map(({ message, at, release }) => error(message, T0 + at, release)),
            );
            await seal(projectId);
          }
          const all = groupsOf(await everyRecord(projectId));
          const stored = await readGroups(
            env.DB,
            projectId,
            all.map(({ fingerprint }) => fingerprint),
          );
          const unmarked = stored.map(({ status: _, statusAtMs: __, ...group }) => group);
          const sorted = (groups: SeenGroup[]) => groups.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
          // Of two oldest records at one time any may have given the release.
          const shown = (groups: SeenGroup[]) => sorted(groups).map(({ firstRelease: _, ...group }) => group);
          expect(shown(unmarked)).toEqual(shown(all));
        },
      ),
      { numRuns: 15 },
    );
  });

  it('does not change when a block is stored once more', async () => {
    const projectId = randomId('prj');
    await put(projectId, [error('a', T0, '1')]);
    const { parts } = await tailOf(projectId);
    const { block } = buildBlock(projectId, 0, parts, T0);
    const registers = [registerErrorGroups, registerReleases];
    await storeSummedUp(env.DB, block, T0, registers);
    await env.DB.prepare("UPDATE error_groups SET first_seen_ms = 7, message = 'kept' WHERE project_id = ?1")
      .bind(projectId)
      .run();
    await env.DB.prepare('DELETE FROM releases WHERE project_id = ?1').bind(projectId).run();
    await storeSummedUp(env.DB, block, T0, registers);
    const { results } = await env.DB.prepare('SELECT first_seen_ms, message FROM error_groups WHERE project_id = ?1')
      .bind(projectId)
      .all();
    expect(results).toEqual([{ first_seen_ms: 7, message: 'kept' }]);
    const { results: releases } = await env.DB.prepare('SELECT release FROM releases WHERE project_id = ?1')
      .bind(projectId)
      .all();
    expect(releases).toEqual([]);
  });

  it('forgets a group that was not seen for 400 days, and no other', async () => {
    const projectId = randomId('prj');
    await put(projectId, [error('a', T0 - 401 * DAY_MS), error('b', T0 - 399 * DAY_MS)]);
    await seal(projectId);
    expect(await forgetErrorGroups(testCtx({ nowMs: T0 }))).toEqual({ forgotten: 1 });
    expect([...(await registerOf(projectId)).keys()]).toEqual(['b']);
  });

  it('takes the label for no group where it is no fingerprint', () => {
    const record = {
      id: 'x',
      ts: T0,
      message: 'x',
      attrs: { labels: { fingerprint: '(other)' } },
    } as unknown as LogRecord;
    expect(groupsOf([record])).toEqual([]);
  });

  it('merges parts in any order to the same', () => {
    const group = fc
      .record({
        at: fc.nat(5),
        first: fc.nat(5),
        sampleId: fc.constantFrom('a', 'b', 'c'),
        release: fc.constantFrom('1', null),
      })
      .map(
        ({ at, first, sampleId, release }): SeenGroup => ({
          ...{ fingerprint: 'f', type: 't', message: `${at}${sampleId}`, culprit: null, sampleId: `${at}${sampleId}` },
          ...{
            firstSeenMs: Math.min(at, first),
            lastSeenMs: at,
            firstRelease: `${Math.min(at, first)}`,
            lastRelease: release,
          },
        }),
      );
    fc.assert(
      fc.property(group, group, group, (a, b, c) => {
        const left = mergeGroup(mergeGroup(a, b), c);
        const right = mergeGroup(a, mergeGroup(c, b));
        expect({ ...left, lastRelease: null }).toEqual({ ...right, lastRelease: null });
        expect(mergeGroup(left, left)).toEqual(left);
      }),
    );
  });
});
