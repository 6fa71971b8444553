import '../../../styles/destinations.css';
import type { Project } from '../../../api/types.ts';
import { pathPart } from '../../../state/route.ts';
import { DestinationList } from './destination-list.tsx';
import { DestinationPage } from './destination-page.tsx';
import { DestinationEditorPage } from './editor/editor-page.tsx';

/** Who is told, and how well that goes: the list, one of them, or the form that makes or changes one. */
export function DestinationsTab({ project }: { project: Project }) {
  const [id, part] = [pathPart(2), pathPart(3)];
  if (id === '') return <DestinationList project={project.id} />;
  if (id === 'new') return <DestinationEditorPage project={project.id} id={null} />;
  if (part === 'edit') return <DestinationEditorPage key={id} project={project.id} id={id} />;
  return <DestinationPage key={id} project={project.id} id={id} />;
}
