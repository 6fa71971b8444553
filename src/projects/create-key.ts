import { actorId, auditedBatch, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { sha256Hex } from '../shared/hash.ts';
import { randomId } from '../shared/ids.ts';
import { displayPrefix, signKey } from './key.ts';
import type { CreateKeyInput } from './schema.ts';
import { insertKey } from './store.ts';
import type { ApiKey } from './types.ts';

/** A key with its text, which exists in this answer only. */
export type NewKey = ApiKey & { key: string };

/** Creates a key of a project the caller was granted `admin` on. */
export async function createKey(ctx: Ctx, projectId: string, input: CreateKeyInput): Promise<NewKey> {
  const made = makeKey(ctx, projectId, input);
  const { id, name, scopes, origins, quota } = made;
  await auditedBatch(ctx, [
    insertKey(ctx.env.DB, made, sha256Hex(made.key)),
    auditStatement(ctx, {
      action: 'key.create',
      target: id,
      projectId,
      detail: { name, scopes: [...scopes], origins: origins && [...origins], ...(quota ? { ...quota } : {}) },
    }),
  ]);
  return made;
}

/** Signs a new key; stores nothing. */
export function makeKey(
  ctx: Ctx,
  projectId: string,
  { name, scopes, origins, quota }: Pick<ApiKey, 'name' | 'scopes' | 'origins' | 'quota'>,
): NewKey {
  const id = randomId('key');
  const key = signKey(ctx.config, { keyId: id, projectId, scopes, origins, quota });
  return {
    id,
    key,
    projectId,
    name,
    scopes,
    origins,
    quota,
    prefix: displayPrefix(key),
    createdAtMs: ctx.nowMs,
    createdBy: actorId(ctx.actor) ?? 'anonymous',
    revokedAtMs: null,
  };
}
