import type { Journal } from '../../durable-objects/journal/journal.ts';
import type { Config, Env } from '../env.ts';

/** The journal of one shard of a project. */
export function journalFor(env: Env, projectId: string, shard: number): DurableObjectStub<Journal> {
  return env.JOURNAL.getByName(`${projectId}/${shard}`);
}

/** Every shard that may hold records of a project. */
export function allShards(config: Config): number[] {
  return Array.from({ length: config.journalShards }, (_, shard) => shard);
}

/** Repeats of one batch must meet in one journal, so the shard follows from what makes them equal. */
export function shardOf(config: Config, dedupeKey: string | null): number {
  if (config.journalShards === 1) return 0;
  if (dedupeKey === null) return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % config.journalShards;
  let hash = 0;
  for (let i = 0; i < dedupeKey.length; i++) hash = (Math.imul(hash, 31) + dedupeKey.charCodeAt(i)) | 0;
  return (hash >>> 0) % config.journalShards;
}

/** What the projects feature tells every journal of a project before it answers a revocation. */
export function journalControl(
  env: Env,
  config: Config,
): {
  revokeKey(projectId: string, keyId: string, fromMs: number): Promise<void>;
  setProjectDisabled(projectId: string, disabled: boolean): Promise<void>;
} {
  const each = async (
    projectId: string,
    call: (journal: DurableObjectStub<Journal>) => Promise<void>,
  ): Promise<void> => {
    await Promise.all(allShards(config).map((shard) => call(journalFor(env, projectId, shard))));
  };
  return {
    revokeKey: (projectId, keyId, fromMs) => each(projectId, async (journal) => journal.revokeKey(keyId, fromMs)),
    setProjectDisabled: (projectId, disabled) => each(projectId, async (journal) => journal.setDisabled(disabled)),
  };
}
