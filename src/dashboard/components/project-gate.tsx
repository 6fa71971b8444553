import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { createProject } from '../api/admin.ts';
import type { ApiError } from '../api/http.ts';
import type { Project } from '../api/types.ts';
import { fieldReason, sentence } from '../lib/errors.ts';
import { chooseProject, loadProjects, pinProject, project, projects, projectsState } from '../state/projects.ts';
import { place } from '../state/route.ts';
import { isAdmin } from '../state/session.ts';
import { Button } from './button.tsx';
import { TextField } from './field.tsx';
import { Empty, Failure, Skeleton } from './states.tsx';

/** Pages about records need a project: this chooses it, or says why there is none. */
export function ProjectGate({ children }: { children: (project: Project) => ComponentChildren }) {
  const state = projectsState.value;
  const current = project.value;
  const address = place.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new address gets the project written into it.
  useEffect(pinProject, [address, current]);
  if (state.kind === 'loading') return <Skeleton rows={8} label="Loading projects" />;
  if (state.kind === 'failed') {
    return (
      <Failure top what="The projects could not be loaded" error={state.error} onRetry={() => void loadProjects()} />
    );
  }
  if (current) return <>{children(current)}</>;
  if (projects.value.length === 0) return isAdmin.value ? <FirstProject /> : <NoProject />;
  const other = projects.value[0];
  return (
    <Empty top icon="project" title="This project does not exist, or is not shared with you">
      <p>Ask an administrator to grant you the project, or choose another one.</p>
      {other ? <Button onClick={() => chooseProject(other.id)}>Open {other.name}</Button> : null}
    </Empty>
  );
}

function NoProject() {
  return (
    <Empty top icon="project" title="No project is shared with you yet">
      <p>An administrator grants projects under Settings, Users.</p>
      <Button icon="refresh" onClick={() => void loadProjects()}>
        Look again
      </Button>
    </Empty>
  );
}

function FirstProject() {
  const [name, setName] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const answer = await createProject(name.trim());
    setBusy(false);
    if (answer.ok) {
      await loadProjects();
      chooseProject(answer.value.id);
    } else setError(answer.error);
  };
  return (
    <Empty top icon="project" title="Create your first project">
      <p>A project is one website, app or service. Its records, keys and searches stay apart from all others.</p>
      <form class="inline-form" onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name of the project"
          value={name}
          onInput={setName}
          required
          autoFocus
          placeholder="Checkout"
          error={error ? (fieldReason(error, '/name') ?? sentence(error)) : null}
        />
        <Button type="submit" kind="primary" busy={busy} disabled={name.trim() === ''}>
          Create project
        </Button>
      </form>
    </Empty>
  );
}
