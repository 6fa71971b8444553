import type { Release } from '../../../wire/error-groups.ts';
import { listReleases } from '../../api/releases.ts';
import { useResource } from '../../state/use-resource.ts';

const NONE: readonly Release[] = [];

/** Releases for the charts of a page. Without an answer the charts stand without their lines. */
export function useReleases(project: string, fromMs: number, toMs: number): readonly Release[] {
  const key = JSON.stringify([project, fromMs, toMs]);
  const { data } = useResource(key, (signal) => listReleases(project, { fromMs, toMs }, signal));
  return data?.items ?? NONE;
}
