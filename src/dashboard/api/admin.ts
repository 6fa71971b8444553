import { type Answer, request } from './http.ts';
import { listAll } from './list-all.ts';
import type {
  ApiKey,
  Cardinality,
  KeyQuota,
  Ledger,
  List,
  NewApiKey,
  Project,
  RefusedKeys,
  Role,
  User,
} from './types.ts';

const project = (id: string) => `/api/projects/${encodeURIComponent(id)}`;
const key = (projectId: string, keyId: string) => `${project(projectId)}/keys/${encodeURIComponent(keyId)}`;

export function listProjects(): Promise<Answer<List<Project>>> {
  return listAll('/api/projects');
}

export function createProject(name: string): Promise<Answer<Project>> {
  return request('POST', '/api/projects', { body: { name } });
}

export function changeProject(id: string, change: { name?: string; disabled?: boolean }): Promise<Answer<Project>> {
  return request('PATCH', project(id), { body: change });
}

export function getLedger(
  projectId: string,
  signal: AbortSignal,
  range: { fromMs: number; toMs: number } | null = null,
): Promise<Answer<Ledger>> {
  const params = range ? { from: Math.floor(range.fromMs), to: Math.ceil(range.toMs) } : {};
  return request('GET', `${project(projectId)}/ledger`, { signal, params });
}

export function getCardinality(projectId: string, signal: AbortSignal): Promise<Answer<Cardinality>> {
  return request('GET', `${project(projectId)}/cardinality`, { signal });
}

export function listKeys(projectId: string, signal: AbortSignal): Promise<Answer<List<ApiKey>>> {
  return listAll(`${project(projectId)}/keys`, {}, signal);
}

export function listRefusedKeys(signal: AbortSignal): Promise<Answer<List<RefusedKeys>>> {
  return request('GET', '/api/refused-keys', { signal });
}

export interface KeyInput {
  name: string;
  scopes: readonly string[];
  origins?: readonly string[];
  quota?: KeyQuota;
}

export function createKey(projectId: string, input: KeyInput): Promise<Answer<NewApiKey>> {
  return request('POST', `${project(projectId)}/keys`, { body: input });
}

export interface Rotation {
  graceSeconds: number;
  quota: KeyQuota | null;
}

export function rotateKey(projectId: string, keyId: string, rotation: Rotation): Promise<Answer<NewApiKey>> {
  return request('POST', `${key(projectId, keyId)}/rotate`, { body: rotation });
}

export function revokeKey(projectId: string, keyId: string): Promise<Answer<void>> {
  return request('DELETE', key(projectId, keyId));
}

export function listUsers(signal: AbortSignal): Promise<Answer<List<User>>> {
  return listAll('/api/users', {}, signal);
}

export interface UserInput {
  username: string;
  password: string;
  role: Role;
  projectIds: string[] | null;
}

export function createUser(input: UserInput): Promise<Answer<User>> {
  return request('POST', '/api/users', { body: input });
}

export interface UserChange {
  role?: Role;
  projectIds?: string[] | null;
  disabled?: boolean;
  password?: string;
  /** Takes away all second factors; goes with no other change than that of the password. */
  resetFactors?: true;
}

export function changeUser(id: string, change: UserChange): Promise<Answer<User>> {
  return request('PATCH', `/api/users/${encodeURIComponent(id)}`, { body: change });
}
