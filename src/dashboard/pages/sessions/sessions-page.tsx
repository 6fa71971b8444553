import '../../styles/errors.css';
import '../../styles/sessions.css';
import type { Project } from '../../api/types.ts';
import { pathPart } from '../../state/route.ts';
import { SessionListPage } from './session-list-page.tsx';
import { TimelinePage } from './timeline-page.tsx';

/** Visits of browsers: all of them, or one from its first record to its last. */
export default function SessionsPage({ project }: { project: Project }) {
  const id = pathPart(1);
  if (id === '') return <SessionListPage project={project} />;
  return <TimelinePage key={id} project={project} id={id} />;
}
