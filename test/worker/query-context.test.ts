import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { journalFor } from '../../src/journal/index.ts';
import { type LocateBudget, locate } from '../../src/query/locate.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { batchOf, everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ ts: T0 + from + i, message: `number ${from + i}` }));

async function contextOf(
  project: { id: string; key: string },
  id: string,
  query = '',
): Promise<{ status: number; messages: string[] }> {
  const answer = await callApp('GET', `/api/query/logs/context/${id}?project=${project.id}${query}`, {
    key: project.key,
  });
  const { before = [], record, after = [] } = answer.body;
  const lines: LogRecord[] = answer.status === 200 ? [...before, record, ...after] : [];
  return { status: answer.status, messages: lines.map(({ message }) => message) };
}

describe('the context of a record', () => {
  it('is its neighbours in order of arrival while all of them are in the tail, one batch each', async () => {
    const project = await projectWithKey();
    for (let i = 0; i < 8; i++) await put(project.id, numbered(i, 1));
    const records = await everyRecord(project.id);
    expect(await contextOf(project, records[5]?.id ?? '', '&before=3&after=1')).toEqual({
      status: 200,
      messages: ['number 2', 'number 3', 'number 4', 'number 5', 'number 6'],
    });
    expect((await contextOf(project, records[7]?.id ?? '')).messages).toHaveLength(8);
  });

  it('goes over the border between a block and the tail', async () => {
    const project = await projectWithKey();
    await put(project.id, numbered(0, 5));
    await seal(project.id);
    await put(project.id, numbered(5, 5));
    const records = await everyRecord(project.id);
    for (const at of [4, 5]) {
      const { messages } = await contextOf(project, records[at]?.id ?? '', '&before=3&after=3');
      expect(messages).toEqual(records.slice(at - 3, at + 4).map(({ message }) => message));
    }
  });

  it('is found in a block by the id alone, and with the time as a hint', async () => {
    const project = await projectWithKey();
    await put(project.id, numbered(0, 20));
    await seal(project.id);
    const [, , third] = await everyRecord(project.id);
    expect((await contextOf(project, third?.id ?? '', '&before=0&after=0')).messages).toEqual(['number 2']);
    expect((await contextOf(project, third?.id ?? '', `&before=0&after=0&ts=${T0 + 2}`)).messages).toEqual([
      'number 2',
    ]);
  });

  it('is not said to be missing where there was more to look through than one request reads', async () => {
    const project = await projectWithKey();
    const arrivedMs = Date.now();
    // Eight blocks that are sealed first: as many as are read at once.
    for (let shard = 1; shard <= 8; shard++) {
      await journalFor(env, project.id, shard).append({ ...batchOf(project.id, numbered(shard, 1)), shard });
      await seal(project.id, shard);
    }
    await put(project.id, numbered(0, 1), arrivedMs);
    const record = (await everyRecord(project.id)).find(({ message }) => message === 'number 0');
    await seal(project.id);
    const find = (budget?: LocateBudget) => locate(testCtx(), project.id, record?.id ?? '', null, budget);
    expect(await find({ bytes: 1, calls: 900 })).toBe('unknown');
    // Blocks may be small and many.
    expect(await find({ bytes: 2 ** 30, calls: 2 })).toBe('unknown');
    expect(await find({ bytes: 2 ** 30, calls: 3 })).toMatchObject({ shard: 0 });
    expect(await find()).toEqual({ shard: 0, stream: 'logs', seq: 1 });
  });

  it('does not mix in another stream', async () => {
    const project = await projectWithKey();
    await put(project.id, [{ message: 'a' }, { stream: 'operations', message: 'elsewhere' }, { message: 'b' }]);
    const b = (await everyRecord(project.id)).find(({ message }) => message === 'b');
    expect((await contextOf(project, b?.id ?? '')).messages).toEqual(['a', 'b']);
  });

  it('answers 404 for a record of another project, an unknown id and what is no id', async () => {
    const [mine, other] = [await projectWithKey(), await projectWithKey()];
    await put(other.id, numbered(0, 1));
    const [foreign] = await everyRecord(other.id);
    for (const id of [foreign?.id ?? '', '0193abcd-0000-7000-8000-000000000000', 'nonsense']) {
      expect((await contextOf(mine, id)).status).toBe(404);
    }
  });
});
