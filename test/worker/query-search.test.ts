import { describe, expect, it } from 'vitest';
import { callApp } from '../helpers/worker/call-app.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');

describe('GET /api/query/logs', () => {
  it('finds records of the tail and of blocks, newest first', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      { ts: T0 + 1, message: 'first in a block' },
      { ts: T0 + 5, message: 'last in a block' },
    ]);
    await seal(id);
    await put(id, [
      { ts: T0 + 3, message: 'first in the tail' },
      { ts: T0 + 9, message: 'last in the tail' },
    ]);
    const answer = await callApp('GET', `/api/query/logs?project=${id}&from=${T0}&to=${T0 + 100}`, { key });
    expect(answer.status).toBe(200);
    expect(answer.body.records.map((r: { message: string }) => r.message)).toEqual([
      'last in the tail',
      'last in a block',
      'first in the tail',
      'first in a block',
    ]);
    expect(answer.body).toMatchObject({ nextCursor: null, complete: true, scanned: { blocks: 1 } });
  });
});
