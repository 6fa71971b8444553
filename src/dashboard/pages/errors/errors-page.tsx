import '../../styles/errors.css';
import type { Project } from '../../api/types.ts';
import { pathPart } from '../../state/route.ts';
import { ErrorGroupPage } from './error-group-page.tsx';
import { GroupsPage } from './groups-page.tsx';

/** What breaks in browsers and services: all of it as groups, or one group. */
export default function ErrorsPage({ project }: { project: Project }) {
  const fingerprint = pathPart(1);
  if (fingerprint === '') return <GroupsPage project={project} />;
  return <ErrorGroupPage key={fingerprint} project={project} fingerprint={fingerprint} />;
}
