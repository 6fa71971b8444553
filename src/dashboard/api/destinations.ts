import type {
  Attempt,
  BreakerAction,
  BreakerSettings,
  BreakerTransition,
  Destination,
  DestinationKind,
  DestinationSecret,
  DestinationWithSecret,
} from '../../wire/delivery.ts';
import { type Answer, request } from './http.ts';
import { listAll } from './list-all.ts';
import type { List } from './types.ts';

export interface HeaderInput {
  name: string;
  /** Null keeps the secret that is there. */
  value: string | null;
  secret: boolean;
}

export interface DestinationInput {
  name: string;
  kind: DestinationKind;
  url: string;
  headers: readonly HeaderInput[];
  template: string | null;
  timeoutMs: number;
  ordered: boolean;
  maxPerSecond: number;
  warmProbe: boolean;
  breaker: BreakerSettings;
}

const at = (id: string) => `/api/destinations/${encodeURIComponent(id)}`;

/** All of them: a project has at most 100. */
export function listDestinations(project: string, signal: AbortSignal): Promise<Answer<List<Destination>>> {
  return listAll('/api/destinations', { project }, signal);
}

export function getDestination(project: string, id: string, signal: AbortSignal): Promise<Answer<Destination>> {
  return request('GET', at(id), { params: { project }, signal });
}

export function createDestination(project: string, input: DestinationInput): Promise<Answer<DestinationWithSecret>> {
  return request('POST', '/api/destinations', { params: { project }, body: input });
}

/** `version` is the one that was read: the server refuses when another change came between. */
export function changeDestination(
  project: string,
  id: string,
  change: Partial<DestinationInput> & { version: number; disabled?: boolean },
): Promise<Answer<Destination>> {
  return request('PUT', at(id), { params: { project }, body: change });
}

export function deleteDestination(project: string, id: string): Promise<Answer<void>> {
  return request('DELETE', at(id), { params: { project } });
}

export function rotateSecret(
  project: string,
  id: string,
  rotation: { kind: DestinationSecret['kind']; overlapHours: number },
): Promise<Answer<DestinationWithSecret>> {
  return request('POST', `${at(id)}/secrets`, { params: { project }, body: rotation });
}

export function testDestination(project: string, id: string): Promise<Answer<Attempt>> {
  return request('POST', `${at(id)}/test`, { params: { project } });
}

export function actOnBreaker(project: string, id: string, action: BreakerAction): Promise<Answer<unknown>> {
  return request('POST', `${at(id)}/breaker`, { params: { project }, body: { action } });
}

/** The newest first. */
export function listTransitions(
  project: string,
  id: string,
  signal: AbortSignal,
): Promise<Answer<List<BreakerTransition>>> {
  return request('GET', `${at(id)}/transitions`, { params: { project }, signal });
}

/** What a body would be; nothing is sent. */
export function previewBody(
  project: string,
  input: { kind: DestinationKind; template: string | null },
  signal: AbortSignal,
): Promise<Answer<{ body: string; contentType: string }>> {
  return request('POST', '/api/destinations/preview', { params: { project }, body: input, signal });
}
