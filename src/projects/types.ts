import type { ProjectLimits } from '../wire/limits.ts';
import type { Stream } from '../wire/record.ts';

export interface Project {
  id: string;
  name: string;
  createdAtMs: number;
  disabled: boolean;
  /** In force: the defaults where the project has not changed them. */
  limits: ProjectLimits;
}

/** What a key may store; null where only the project's rates bound it. */
export interface KeyQuota {
  /** Counted from midnight to midnight UTC. */
  recordsPerDay: number;
}

export type Scope = 'ingest' | `ingest:${Stream}` | 'query' | 'admin';

/** A key as lists show it: everything but the key. */
export interface ApiKey {
  id: string;
  projectId: string;
  name: string;
  scopes: readonly Scope[];
  /** Allowed `Origin` values of a browser key; null for keys that servers hold. */
  origins: readonly string[] | null;
  quota: KeyQuota | null;
  prefix: string;
  createdAtMs: number;
  createdBy: string;
  /** In the future while the grace of a rotation lasts. */
  revokedAtMs: number | null;
}

/** What a key says about itself, once its signature is verified. */
export interface KeyClaims {
  keyId: string;
  projectId: string;
  scopes: readonly Scope[];
  origins: readonly string[] | null;
  quota: KeyQuota | null;
}

/**
 * Those who accept data without asking D1: the journals and the limiter of a project. A verb tells them after its D1 batch and before its answer, so that
 * a revocation is in force when its answer arrives. All calls may be repeated.
 */
export interface KeyRevocationPort {
  /** The key is refused from `fromMs` on, which lies in the future while a rotation's grace lasts. The earliest time told wins. */
  revokeKey(projectId: string, keyId: string, fromMs: number): Promise<void>;
  setProjectDisabled(projectId: string, disabled: boolean): Promise<void>;
  setProjectLimits(projectId: string, limits: ProjectLimits): Promise<void>;
}
