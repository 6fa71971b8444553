import type { Project } from '../../api/types.ts';
export function OverviewPage({ project }: { project: Project }) {
  return <h1>{project.name}</h1>;
}
