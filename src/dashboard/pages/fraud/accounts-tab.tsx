import { useEffect, useState } from 'preact/hooks';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { param, setParams } from '../../state/route.ts';
import { Account } from './account.tsx';
import { Lookup } from './lookup.tsx';
import { SharedTable } from './shared-table.tsx';

/** One account with all that is known of it, or the way to one. */
export function AccountsTab({ project }: { project: Project }) {
  const userId = param('user');
  const [typed, setTyped] = useState(userId);
  useEffect(() => setTyped(userId), [userId]);
  return (
    <>
      <form
        class="inline-form fraud-search"
        onSubmit={(event) => {
          event.preventDefault();
          setParams({ user: typed.trim(), event: null });
        }}
      >
        <TextField label="User id, as your product names it" value={typed} onInput={setTyped} />
        <Button type="submit" kind="primary" icon="search" disabled={typed.trim() === ''}>
          Show the account
        </Button>
        {userId === '' ? null : <Button onClick={() => setParams({ user: null, event: null })}>Clear</Button>}
      </form>
      {userId === '' ? (
        <div class="fraud-two">
          <Lookup project={project.id} />
          <SharedTable project={project.id} />
        </div>
      ) : (
        <Account key={userId} project={project.id} userId={userId} />
      )}
    </>
  );
}
