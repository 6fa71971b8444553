import type { Role } from '../env.ts';
import type { RotationState } from './rotation.ts';

export interface UserRow {
  id: string;
  username: string;
  passwordHash: string;
  role: Role;
  /** Projects the user may see; null is all, and always so for administrators. */
  projectIds: readonly string[] | null;
  disabled: boolean;
  createdAtMs: number;
  lastLoginAtMs: number | null;
}

/** Where a request came from and what it was made with. */
export interface Place {
  address: string;
  country: string | null;
  userAgent: string;
}

export interface SessionRow extends RotationState {
  /** Public, and the same over rotations: it opens nothing. */
  id: string;
  userId: string;
  createdAtMs: number;
  /** At most a minute late. */
  lastSeenAtMs: number;
  /** The absolute limit; the idle limit may end the session earlier. */
  expiresAtMs: number;
  revokedAtMs: number | null;
  /** Of the sign-in, or of the last step-up. */
  provenAtMs: number;
  /** Of the sign-in. */
  opened: Place;
  /** Of the last request that was noted, like lastSeenAtMs; its country is the last that was known. */
  last: Place;
}

/** What the routes of this feature need from features above it. Injected, because imports go downhill only. */
export interface AuthPorts {
  /** Which of these are no projects. */
  unknownProjects(projectIds: readonly string[]): Promise<string[]>;
  /** Closes the sockets of one session, or of all sessions of the user when `sessionId` is null. Called after the rows are revoked. */
  sessionsEnded(userId: string, sessionId: string | null): Promise<void>;
}
