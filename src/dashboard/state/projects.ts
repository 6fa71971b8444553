import { computed, signal } from '@preact/signals';
import { listProjects } from '../api/admin.ts';
import type { ApiError } from '../api/http.ts';
import type { Project } from '../api/types.ts';
import { refresh } from './range.ts';
import { go, hrefOf, place } from './route.ts';
import { recall, remember } from './storage.ts';

export type ProjectsState =
  | { kind: 'loading' }
  | { kind: 'failed'; error: ApiError }
  | { kind: 'ready'; items: readonly Project[] };

export const projectsState = signal<ProjectsState>({ kind: 'loading' });
export const projects = computed(() => (projectsState.value.kind === 'ready' ? projectsState.value.items : []));

const wanted = computed(() => place.value.params.get('project'));

/** The project of this page: the address names it, else the one used last, else the first that is not disabled. */
export const project = computed<Project | null>(() => {
  const all = projects.value;
  const named = all.find((p) => p.id === wanted.value);
  if (named || (wanted.value !== null && wanted.value !== '')) return named ?? null;
  const last = recall('project');
  return all.find((p) => p.id === last) ?? all.find((p) => !p.disabled) ?? all[0] ?? null;
});

export const projectId = computed(() => project.value?.id ?? '');

export async function loadProjects(): Promise<void> {
  if (projectsState.peek().kind !== 'ready') projectsState.value = { kind: 'loading' };
  const answer = await listProjects();
  projectsState.value = answer.ok
    ? { kind: 'ready', items: answer.value.items }
    : { kind: 'failed', error: answer.error };
  pinProject();
}

/** Writes the chosen project into the address, so that every address copied from the bar says which project it means. */
export function pinProject(): void {
  const id = project.peek()?.id;
  if (id !== undefined && wanted.peek() !== id) go(hrefOf(place.peek().path, { project: id }), 'replace');
}

export function chooseProject(id: string): void {
  remember('project', id);
  refresh();
  // A search may be of use in the other project; an open record is not.
  go(hrefOf(place.peek().path, { project: id, record: null }));
}

export function forgetProjects(): void {
  projectsState.value = { kind: 'loading' };
}
