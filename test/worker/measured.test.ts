import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import { MEASURED_OBJECTS, type MeasuredCall, measuredEnv } from '../../src/shared/measured.ts';
import { databaseAway, databaseWith } from '../helpers/worker/faulty-database.ts';

/** Five MiB, the least that a part of an upload may have where it is not the last. */
const PART = new Uint8Array(5 * 1024 * 1024);

const watched = (over: Partial<Env> = {}) => {
  const calls: MeasuredCall[] = [];
  const open: string[] = [];
  const made = measuredEnv(
    { ...env, ...over },
    {
      began: (target) => open.push(target),
      ended(call) {
        open.splice(open.indexOf(call.target), 1);
        calls.push(call);
      },
    },
  );
  const told = () => calls.map(({ target, operation, failed }) => `${target}.${operation}${failed ? ' failed' : ''}`);
  return { env: made, told, open };
};

describe('measured bindings', () => {
  it('are all objects but the one that is told, and the stores', () => {
    const namespaces = Object.entries(env).filter(
      ([, binding]) => (binding as object).constructor.name === 'DurableObjectNamespace',
    );
    const names = namespaces.map(([name]) => name).sort();
    expect(names).toEqual([...Object.keys(MEASURED_OBJECTS), 'METRICS'].sort());
  });

  it('answer what the bindings answer, and tell each call once when it has ended', async () => {
    const { env: made, told, open } = watched();
    const statement = made.DB.prepare('SELECT ?1 AS n').bind(7);
    expect(await statement.first('n')).toBe(7);
    expect((await statement.all()).results).toEqual([{ n: 7 }]);
    expect(await statement.raw()).toEqual([[7]]);
    const [first] = await made.DB.batch<{ n: number }>([statement, env.DB.prepare('SELECT 1')]);
    expect(first?.results).toEqual([{ n: 7 }]);
    const status = await made.JOURNAL.getByName('measured/0').status();
    expect(status.backlogRecords).toBe(0);
    expect(told()).toEqual(['d1.first', 'd1.all', 'd1.raw', 'd1.batch', 'journal.status']);
    expect(open).toEqual([]);
  });

  it('measure the parts of an upload to R2, also of one that is resumed', async () => {
    const { env: made, told } = watched();
    await made.STORE.put('measured/one', 'text');
    expect(await (await made.STORE.get('measured/one'))?.text()).toBe('text');
    const upload = await made.STORE.createMultipartUpload('measured/two');
    const first = await upload.uploadPart(1, PART);
    const resumed = made.STORE.resumeMultipartUpload('measured/two', upload.uploadId);
    const second = await resumed.uploadPart(2, 'end');
    expect((await resumed.complete([first, second])).size).toBe(PART.byteLength + 3);
    expect(told()).toEqual([
      ...['r2.put', 'r2.get', 'r2.createMultipartUpload', 'r2.uploadPart', 'r2.uploadPart', 'r2.complete'],
    ]);
  });

  it('pass on what a call throws, and tell that it failed', async () => {
    const DB = databaseWith(env.DB, () => Promise.reject(databaseAway()));
    const { env: made, told, open } = watched({ DB });
    await expect(made.DB.prepare('SELECT 1').run()).rejects.toThrow('Network connection lost');
    await expect(made.DB.batch([made.DB.prepare('SELECT 1')])).rejects.toThrow('Network connection lost');
    expect(told()).toEqual(['d1.run failed', 'd1.batch failed']);
    expect(open).toEqual([]);
  });
});
