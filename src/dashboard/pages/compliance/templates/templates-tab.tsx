import { useState } from 'preact/hooks';
import type { CommunicationTemplate } from '../../../../wire/compliance.ts';
import { deleteTemplate, listTemplates } from '../../../api/communications.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmByName } from '../../../components/confirm-by-name.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { plural } from '../../../lib/format.ts';
import { say } from '../../../state/toasts.ts';
import { useResource } from '../../../state/use-resource.ts';
import { PURPOSE_WORDS } from './purpose-words.ts';
import { TemplateDialog } from './template-dialog.tsx';

/** The register takes a thousand. */
const DRAWN = 100;

/** What is said to people and authorities, written once. */
export function TemplatesTab() {
  const templates = useResource('templates', listTemplates);
  const [editing, setEditing] = useState<CommunicationTemplate | 'new' | null>(null);
  const isNew = editing === 'new' || editing?.builtIn === true;
  const [deleting, setDeleting] = useState<CommunicationTemplate | null>(null);
  const { data, error, reload } = templates;
  const done = (words: string) => {
    setEditing(null);
    setDeleting(null);
    say(words);
    reload();
  };
  return (
    <section class="tab-section" aria-label="Templates">
      <header class="page-head">
        <p class="grow faint">
          {data === null || data.items.length === 0
            ? 'Texts with placeholders, which are filled in when something is said.'
            : `${plural(data.items.length, 'template')}. Placeholders are filled in when something is said.`}
        </p>
        <Button kind="primary" icon="plus" onClick={() => setEditing('new')}>
          New template
        </Button>
      </header>
      {error ? (
        <Failure line={data !== null} what="The templates could not be loaded" error={error} onRetry={reload} />
      ) : null}
      {data === null ? (
        error ? null : (
          <Skeleton rows={8} label="Loading templates" />
        )
      ) : data.items.length === 0 ? (
        <Empty icon="logs" title="There is no template yet">
          <p>
            Write one for what you say often: that a request was received, that it was carried out, that data leaked.
          </p>
          <Button kind="primary" icon="plus" onClick={() => setEditing('new')}>
            New template
          </Button>
        </Empty>
      ) : (
        <DataTable
          label="Templates"
          columns={columns(setEditing, setDeleting)}
          rows={data.items}
          keyOf={({ id }) => id}
          most={DRAWN}
          rowKey="Edit the template"
        />
      )}
      {editing === null ? null : (
        <TemplateDialog
          template={editing === 'new' ? null : editing}
          onDone={() => done(isNew ? 'The template is there' : 'The template is changed')}
          onReload={reload}
          onClose={() => setEditing(null)}
        />
      )}
      {deleting ? (
        <ConfirmByName
          title="Delete the template"
          name={deleting.name}
          action="Delete"
          submit={() => deleteTemplate(deleting.id)}
          onDone={() => done('The template is deleted')}
          onClose={() => setDeleting(null)}
        >
          What was said with it stays in the logs.
        </ConfirmByName>
      ) : null}
    </section>
  );
}

function columns(
  onEdit: (template: CommunicationTemplate) => void,
  onDelete: (template: CommunicationTemplate) => void,
): Column<CommunicationTemplate>[] {
  return [
    {
      id: 'name',
      label: 'Name',
      sort: ({ name }) => name,
      cell: (template) => (
        <button type="button" class="text-button" onClick={() => onEdit(template)}>
          <bdi>{template.name}</bdi>
        </button>
      ),
    },
    {
      id: 'purpose',
      label: 'For',
      sort: ({ purpose }) => PURPOSE_WORDS[purpose],
      cell: ({ purpose }) => PURPOSE_WORDS[purpose],
    },
    { id: 'subject', label: 'Subject', cell: ({ subject }) => <bdi class="template-subject">{subject}</bdi> },
    {
      id: 'changed',
      label: 'Changed',
      sort: ({ changedAtMs }) => changedAtMs,
      cell: ({ builtIn, changedAtMs }) => (builtIn ? <span class="faint">Built in</span> : <Time ms={changedAtMs} />),
    },
    {
      id: 'delete',
      label: 'Action',
      cell: (template) => (
        <span class="row-actions">
          {template.builtIn ? (
            <Button small label={`Copy ${template.name}`} onClick={() => onEdit(template)}>
              Copy
            </Button>
          ) : (
            <Button small kind="danger" label={`Delete ${template.name}`} onClick={() => onDelete(template)}>
              Delete
            </Button>
          )}
        </span>
      ),
    },
  ];
}
