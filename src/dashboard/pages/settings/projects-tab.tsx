import { useState } from 'preact/hooks';
import { changeProject, createProject } from '../../api/admin.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { Time } from '../../components/time.tsx';
import { fieldReason } from '../../lib/errors.ts';
import { loadProjects, projects, projectsState } from '../../state/projects.ts';
import { say, sayError } from '../../state/toasts.ts';
import { TabFrame } from './tab-frame.tsx';

type Open = { kind: 'create' } | { kind: 'rename'; project: Project } | null;

export function ProjectsTab() {
  const [open, setOpen] = useState<Open>(null);
  const state = projectsState.value;
  const resource = {
    data: state.kind === 'ready' ? projects.value : null,
    error: state.kind === 'failed' ? state.error : null,
    loading: state.kind === 'loading',
    reload: () => void loadProjects(),
  };
  const close = () => setOpen(null);
  return (
    <TabFrame
      title="Projects"
      intro="A project is one website, app or service. Records, keys and searches belong to one."
      action={
        <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: 'create' })}>
          Create project
        </Button>
      }
      resource={resource}
    >
      {(items) => (
        <>
          {items.length === 0 ? (
            <Empty icon="project" title="No projects yet">
              <p>Create the first one to have something to send records to.</p>
            </Empty>
          ) : (
            <DataTable
              label="Projects"
              columns={columnsOf(setOpen)}
              rows={items}
              keyOf={(project) => project.id}
              isFaint={(project) => project.disabled}
            />
          )}
          {open === null ? null : (
            <NameDialog
              open={open}
              onClose={close}
              onDone={(project) => {
                close();
                void loadProjects();
                say(open.kind === 'create' ? `Created ${project.name}` : `Renamed to ${project.name}`);
              }}
            />
          )}
        </>
      )}
    </TabFrame>
  );
}

interface NameDialogProps {
  open: Exclude<Open, null>;
  onDone: (project: Project) => void;
  onClose: () => void;
}

function NameDialog({ open, onDone, onClose }: NameDialogProps) {
  const [name, setName] = useState(open.kind === 'rename' ? open.project.name : '');
  const title = open.kind === 'create' ? 'Create project' : 'Rename project';
  return (
    <FormDialog
      title={title}
      action={title}
      ready={name.trim() !== ''}
      places={['/name']}
      submit={() =>
        open.kind === 'create' ? createProject(name.trim()) : changeProject(open.project.id, { name: name.trim() })
      }
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <TextField label="Name" value={name} onInput={setName} required autoFocus error={fieldReason(error, '/name')} />
      )}
    </FormDialog>
  );
}

async function setDisabled(project: Project, disabled: boolean): Promise<void> {
  const answer = await changeProject(project.id, { disabled });
  if (!answer.ok) return sayError(`${project.name} was not changed`, answer.error);
  void loadProjects();
  say(`${disabled ? 'Disabled' : 'Enabled'} ${project.name}`, () => void setDisabled(project, !disabled));
}

function columnsOf(setOpen: (open: Open) => void): Column<Project>[] {
  return [
    {
      id: 'name',
      label: 'Name',
      sort: (project) => project.name,
      cell: (project) => (
        <span class="two-lines">
          <strong class="clip">
            <bdi>{project.name}</bdi>
          </strong>
          <code class="faint">{project.id}</code>
        </span>
      ),
    },
    {
      id: 'state',
      label: 'State',
      sort: (project) => Number(project.disabled),
      cell: (project) =>
        project.disabled ? <StatusDot tone="off">Disabled</StatusDot> : <StatusDot tone="ok">Takes records</StatusDot>,
    },
    {
      id: 'created',
      label: 'Created',
      sort: (project) => project.createdAtMs,
      cell: (project) => <Time ms={project.createdAtMs} />,
    },
    {
      id: 'actions',
      label: 'Actions',
      cell: (project) => (
        <span class="row-actions">
          <Button small onClick={() => setOpen({ kind: 'rename', project })}>
            Rename
          </Button>
          <Button small onClick={() => void setDisabled(project, !project.disabled)}>
            {project.disabled ? 'Enable' : 'Disable'}
          </Button>
        </span>
      ),
    },
  ];
}
