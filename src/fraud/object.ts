import type { Fraud } from '../../durable-objects/fraud/fraud.ts';
import type { Env } from '../env.ts';

/** The one object of a project that decides on its fraud events. */
export function fraudOf(env: Env, projectId: string): DurableObjectStub<Fraud> {
  return env.FRAUD.getByName(projectId);
}

/** What the projects feature tells it before it answers a revocation. */
export function fraudControl(env: Env): {
  revokeKey(projectId: string, keyId: string, fromMs: number): Promise<void>;
  setProjectDisabled(projectId: string, disabled: boolean): Promise<void>;
} {
  return {
    revokeKey: async (projectId, keyId, fromMs) => fraudOf(env, projectId).revokeKey(keyId, fromMs),
    setProjectDisabled: async (projectId, disabled) => fraudOf(env, projectId).setDisabled(disabled),
  };
}
