import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { MetaStore } from '../../durable-objects/fraud/meta-store.ts';
import { ProjectKey } from '../../durable-objects/fraud/project-key.ts';
import type { Env } from '../../src/env.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import { SECRET_2 } from '../helpers/worker/config.ts';
import { fraudProject } from '../helpers/worker/fraud.ts';

const NEW = `${SECRET_2.kid}:${SECRET_2.secret}`;
const overlap = { ...env, DATA_SECRETS: `${NEW},${env.DATA_SECRETS}` } as Env;
const retired = { ...env, DATA_SECRETS: NEW } as Env;

/** A project that knows a phone number, and what its object has stored. */
async function withReference() {
  const { id, post } = await fraudProject();
  expect((await post('register', { userId: 'u1', references: { phone: '+4915112345678' } })).status).toBe(200);
  const inObject = <T>(what: (meta: MetaStore, object: { alarm(): Promise<void> }) => T | Promise<T>) =>
    runInDurableObject(fraudOf(env, id), (instance, { storage }) => what(new MetaStore(storage.sql), instance));
  return { inObject };
}

describe('the key of a project’s references, when DATA_SECRETS rotates', () => {
  it('is encrypted anew without a call of the project, and needs the old secret no more', async () => {
    const { inObject } = await withReference();
    const phone = '+4915112345678';
    await inObject((meta) => {
      const before = new ProjectKey(env, meta).referenceOf('phone', phone);
      new ProjectKey(overlap, meta).renew();
      expect(meta.meta('references_key')).toMatch(/^v1\.k2\./);
      expect(new ProjectKey(retired, meta).referenceOf('phone', phone)).toBe(before);
    });
  });

  it('is looked at by the hourly alarm', async () => {
    const { inObject } = await withReference();
    const renew = vi.spyOn(ProjectKey.prototype, 'renew');
    await inObject(async (meta, object) => {
      meta.setMeta('cleaned_at_ms', null);
      await object.alarm();
    });
    expect(renew).toHaveBeenCalled();
    renew.mockRestore();
  });

  it('that no listed secret opens is said in the log and left as it is, and the alarm goes on', async () => {
    const { inObject } = await withReference();
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const [before, after] = await inObject((meta) => {
      const stored = meta.meta('references_key');
      new ProjectKey(retired, meta).renew();
      return [stored, meta.meta('references_key')];
    });
    expect([after, String(log.mock.calls[0]?.[0])]).toEqual([
      before,
      expect.stringContaining('references_key_unreadable'),
    ]);
    log.mockRestore();
  });
});
