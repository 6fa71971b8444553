import { useState } from 'preact/hooks';
import { createSearch, deleteSearch, listSearches, type Scope, type SearchInput } from '../../api/query.ts';
import type { SavedSearch } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu } from '../../components/menu.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { streamParam } from '../../lib/stream.ts';
import { setParams } from '../../state/route.ts';
import { mayExport } from '../../state/session.ts';
import { say, sayError } from '../../state/toasts.ts';
import { useResource } from '../../state/use-resource.ts';

export function SavedSearches({ scope }: { scope: Scope }) {
  return (
    <Menu
      label="Saved searches"
      role="dialog"
      align="end"
      faceClass="button button-quiet button-square button-small"
      face={<Icon name="star" />}
    >
      {(close) => <SavedList scope={scope} close={close} />}
    </Menu>
  );
}

function SavedList({ scope, close }: { scope: Scope; close: () => void }) {
  const saved = useResource(scope.project, (signal) => listSearches(scope.project, signal));
  const open = (search: SavedSearch) => {
    setParams({ q: search.q, stream: streamParam(search.stream), record: null });
    close();
  };
  const remove = async (search: SavedSearch) => {
    const answer = await deleteSearch(scope.project, search.id);
    if (!answer.ok) return sayError('The search could not be deleted', answer.error);
    saved.reload();
    say(`Deleted “${search.name}”`, () => void restore(search));
  };
  const restore = async (search: SavedSearch) => {
    const answer = await createSearch(inputOf(scope.project, search.name, search));
    if (!answer.ok) return sayError(`“${search.name}” could not be brought back`, answer.error);
    saved.reload();
  };
  return (
    <div class="saved">
      {saved.error ? <Failure line what="Not loaded" error={saved.error} onRetry={saved.reload} /> : null}
      {saved.data === null && saved.loading ? <Skeleton rows={3} label="Loading saved searches" /> : null}
      {saved.data?.items.length === 0 ? <p class="menu-note">No saved searches in this project yet.</p> : null}
      <ul>
        {saved.data?.items.map((search) => (
          <li key={search.id}>
            <button type="button" class="menu-item" title={search.q} onClick={() => open(search)}>
              <span class="clip">
                <bdi>{search.name}</bdi>
              </span>
            </button>
            {mayExport.value ? (
              <Button
                small
                kind="quiet"
                icon="trash"
                label={`Delete ${search.name}`}
                onClick={() => void remove(search)}
              />
            ) : null}
          </li>
        ))}
      </ul>
      {mayExport.value ? <SaveForm scope={scope} onSaved={saved.reload} /> : null}
    </div>
  );
}

function SaveForm({ scope, onSaved }: { scope: Scope; onSaved: () => void }) {
  const [name, setName] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    const answer = await createSearch(inputOf(scope.project, name.trim(), scope));
    if (!answer.ok) return sayError('The search could not be saved', answer.error);
    setName('');
    onSaved();
    say(`Saved “${answer.value.name}”`);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <TextField label="Save this search as" value={name} onInput={setName} required />
      <Button type="submit" disabled={name.trim() === ''}>
        Save
      </Button>
    </form>
  );
}

function inputOf(project: string, name: string, search: Pick<SavedSearch, 'q' | 'stream'>): SearchInput {
  return { project, name, q: search.q, ...(search.stream === null ? {} : { stream: search.stream }) };
}
