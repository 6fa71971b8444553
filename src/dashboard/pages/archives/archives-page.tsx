import '../../styles/archives.css';
import type { ComponentChildren } from 'preact';
import type { ArchiveStatus } from '../../../wire/archive.ts';
import { getArchiveStatus } from '../../api/archives.ts';
import type { Project } from '../../api/types.ts';
import { HeadlineText } from '../../components/headline-text.tsx';
import { Link } from '../../components/link.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { TabLinks } from '../../components/tab-links.tsx';
import { hrefOf, path } from '../../state/route.ts';
import { isAdmin } from '../../state/session.ts';
import { type Resource, useResource } from '../../state/use-resource.ts';
import { ArchiveActions } from './actions/archive-actions.tsx';
import { ArchiveStats } from './archive-stats.tsx';
import { archiveHeadline } from './archive-words.ts';
import { HoldsTab } from './holds/holds-tab.tsx';
import { ArchivesTab } from './list/archives-tab.tsx';
import { WarehouseTab } from './warehouse/warehouse-tab.tsx';

interface Tab {
  /** The second part of the path. */
  id: string;
  label: string;
  admin?: true;
  page: (project: Project, status: Resource<ArchiveStatus>) => ComponentChildren;
}

const TABS: readonly Tab[] = [
  { id: '', label: 'Archives', page: (project, status) => <ArchivesTab project={project} status={status} /> },
  { id: 'holds', label: 'Legal holds', admin: true, page: (project) => <HoldsTab project={project} /> },
  {
    id: 'warehouse',
    label: 'Warehouse',
    page: (project, status) => <WarehouseTab project={project} status={status} />,
  },
];

/** Is the past complete, and how far behind is the move; what lies where, until when, and whether it is what it was. */
export default function ArchivesPage({ project }: { project: Project }) {
  const id = path.value.split('/')[2] ?? '';
  const tabs = TABS.filter(({ admin }) => isAdmin.value || !admin);
  const current = TABS.find((tab) => tab.id === id);
  const status = useResource(project.id, (signal) => getArchiveStatus(project.id, signal), false);
  return (
    <div class="page archives">
      <h1 class="visually-hidden">Archives</h1>
      <div class="answer">
        <HeadlineText second headline={status.data && archiveHeadline(status.data)} waiting="Archives" />
        <ArchiveActions project={project} status={status} />
      </div>
      {status.error ? (
        <Failure line what="How far the move is is not known now" error={status.error} onRetry={status.reload} />
      ) : null}
      <ArchiveStats status={status.data} />
      <TabLinks label="Archives">
        {tabs.map((tab) => (
          <Link
            key={tab.id}
            href={hrefOf(tab.id === '' ? '/archives' : `/archives/${tab.id}`, {}, 'frame')}
            current={tab === current}
          >
            {tab.label}
          </Link>
        ))}
      </TabLinks>
      {current === undefined ? (
        <Empty title="There is no such part of Archives">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : current.admin && !isAdmin.value ? (
        <Empty title="Legal holds are for administrators">
          <p>An archive that is held says so in the list of archives.</p>
        </Empty>
      ) : (
        current.page(project, status)
      )}
    </div>
  );
}
