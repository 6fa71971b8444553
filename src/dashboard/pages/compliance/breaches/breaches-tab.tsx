import { pathPart } from '../../../state/route.ts';
import { BreachPage } from './detail/breach-page.tsx';
import { EditBreach } from './form/edit-breach.tsx';
import { NewBreachForm } from './form/new-breach.tsx';
import { BreachList } from './list/breach-list.tsx';

/** What went wrong with people's data: the list, one of them, or its form. */
export function BreachesTab() {
  const [id, part] = [pathPart(2), pathPart(3)];
  if (id === '') return <BreachList />;
  if (id === 'new') return <NewBreachForm />;
  return part === 'edit' ? <EditBreach key={id} id={id} /> : <BreachPage key={id} id={id} />;
}
