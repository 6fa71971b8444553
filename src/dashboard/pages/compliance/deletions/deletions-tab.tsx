import { pathPart } from '../../../state/route.ts';
import { DeletionPage } from './detail/deletion-page.tsx';
import { NewDeletion } from './form/new-deletion.tsx';
import { DeletionList } from './list/deletion-list.tsx';

/** Who asked to be forgotten: the list, one of them, or the form that enters one. */
export function DeletionsTab() {
  const id = pathPart(2);
  if (id === '') return <DeletionList />;
  if (id === 'new') return <NewDeletion />;
  return <DeletionPage key={id} id={id} />;
}
