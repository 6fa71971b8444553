import '../../styles/breaches.css';
import '../../styles/compliance.css';
import type { ComponentChildren } from 'preact';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { TabLinks } from '../../components/tab-links.tsx';
import { hrefOf, path } from '../../state/route.ts';
import { isAdmin, user } from '../../state/session.ts';
import { BreachesTab } from './breaches/breaches-tab.tsx';
import { DeletionsTab } from './deletions/deletions-tab.tsx';
import { RegimesTab } from './regimes/regimes-tab.tsx';
import { TemplatesTab } from './templates/templates-tab.tsx';

interface Tab {
  /** The second part of the path; the first tab is also the page without one. */
  id: string;
  label: string;
  page: () => ComponentChildren;
}

const TABS: readonly Tab[] = [
  { id: 'breaches', label: 'Breaches', page: () => <BreachesTab /> },
  { id: 'deletions', label: 'Deletions', page: () => <DeletionsTab /> },
  { id: 'regimes', label: 'Laws', page: () => <RegimesTab /> },
  { id: 'templates', label: 'Templates', page: () => <TemplatesTab /> },
];

/** What the law asks, by when, and how far it is. */
export default function CompliancePage() {
  const id = path.value.split('/')[2] ?? '';
  const current = TABS.find((tab) => tab.id === id) ?? (id === '' ? TABS[0] : undefined);
  if (!isAdmin.value) {
    return (
      <Empty top icon="compliance" title="Compliance is for administrators">
        <p>Your role is {user.value?.role}. Breaches and requests for deletion name people.</p>
      </Empty>
    );
  }
  return (
    <div class="page compliance">
      <h1 class="visually-hidden">Compliance</h1>
      <TabLinks label="Compliance">
        {TABS.map((tab) => (
          <Link key={tab.id} href={hrefOf(`/compliance/${tab.id}`, {}, 'frame')} current={tab === current}>
            {tab.label}
          </Link>
        ))}
      </TabLinks>
      {current === undefined ? (
        <Empty title="There is no such part of Compliance">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : (
        current.page()
      )}
    </div>
  );
}
