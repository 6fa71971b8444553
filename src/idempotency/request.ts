import type { Actor } from '../env.ts';
import { unreachable } from '../shared/result.ts';

/** A request that wants to be made once. */
export interface KeyedRequest {
  actor: Actor;
  method: string;
  /** As it was asked for, not as it is registered: two projects' keys are two routes. */
  path: string;
  /** With its `?`; '' without one. */
  search: string;
  body: Uint8Array<ArrayBuffer>;
  /** The client's `Idempotency-Key`. */
  key: string;
}

/** Within what a key is one key, as text that no two scopes share. */
export function scopeText(request: KeyedRequest): string {
  const { actor, method, path, key } = request;
  return JSON.stringify([tenantOf(request), principalOf(actor), method, path, key]);
}

/** The project that the request names or its key belongs to; '' is the deployment. */
export function tenantOf({ actor, path, search, body }: KeyedRequest): string {
  const inPath = /^\/api\/projects\/([^/]+)/.exec(path)?.[1];
  if (inPath !== undefined) return inPath;
  const inQuery = new URLSearchParams(search).get('project');
  if (inQuery) return inQuery;
  return projectInBody(body) ?? (actor.kind === 'key' ? actor.projectId : '');
}

function principalOf(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return `user:${actor.userId}`;
    case 'key':
      return `key:${actor.keyId}`;
    case 'system':
      return `system:${actor.job}`;
    case 'anonymous':
      return 'anonymous';
    default:
      return unreachable(actor);
  }
}

function projectInBody(body: Uint8Array): string | null {
  if (body.byteLength === 0) return null;
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    const project = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'project') : null;
    return typeof project === 'string' && project !== '' ? project : null;
  } catch {
    return null; // no JSON names no project; what is wrong with it is for the route to say
  }
}

/** What must be the same in a repeat. */
export function payloadParts({ method, path, search, body }: KeyedRequest): [head: string, body: Uint8Array] {
  return [JSON.stringify([method, path, search]), body];
}
