import '../../styles/alerts.css';
import type { ComponentChildren } from 'preact';
import type { Project } from '../../api/types.ts';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { TabLinks } from '../../components/tab-links.tsx';
import { hrefOf, path } from '../../state/route.ts';
import { DeliveriesTab } from './deliveries/deliveries-tab.tsx';
import { DestinationsTab } from './destinations/destinations-tab.tsx';
import { FiringTab } from './firing/firing-tab.tsx';
import { RulesTab } from './rules/rules-tab.tsx';

interface Tab {
  /** The second part of the path. */
  id: string;
  label: string;
  page: (project: Project) => ComponentChildren;
}

const TABS: readonly Tab[] = [
  { id: '', label: 'Firing', page: (project) => <FiringTab project={project} /> },
  { id: 'rules', label: 'Rules', page: (project) => <RulesTab project={project} /> },
  { id: 'destinations', label: 'Destinations', page: (project) => <DestinationsTab project={project} /> },
  { id: 'deliveries', label: 'Deliveries', page: (project) => <DeliveriesTab project={project} /> },
];

/** What is wrong, since when and for whom; what is watched; who is told, and whether it arrived. */
export default function AlertsPage({ project }: { project: Project }) {
  const id = path.value.split('/')[2] ?? '';
  const current = TABS.find((tab) => tab.id === id);
  return (
    <div class="page alerts">
      <h1 class="visually-hidden">Alerts</h1>
      <TabLinks label="Alerts">
        {TABS.map((tab) => (
          <Link
            key={tab.id}
            href={hrefOf(tab.id === '' ? '/alerts' : `/alerts/${tab.id}`, {}, 'frame')}
            current={tab === current}
          >
            {tab.label}
          </Link>
        ))}
      </TabLinks>
      {current === undefined ? (
        <Empty title="There is no such part of Alerts">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : (
        current.page(project)
      )}
    </div>
  );
}
