import '../../styles/fraud.css';
import type { ComponentChildren } from 'preact';
import type { Project } from '../../api/types.ts';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { TabLinks } from '../../components/tab-links.tsx';
import { hrefOf, path } from '../../state/route.ts';
import { AccountsTab } from './accounts-tab.tsx';
import { CookiesTab } from './cookies-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { ReviewsTab } from './reviews-tab.tsx';
import { RulesTab } from './rules-tab.tsx';

interface Tab {
  id: string;
  label: string;
  page: (project: Project) => ComponentChildren;
}

const TABS: readonly Tab[] = [
  { id: '', label: 'Overview', page: (project) => <OverviewTab project={project} /> },
  { id: 'reviews', label: 'Reviews', page: (project) => <ReviewsTab project={project} /> },
  { id: 'accounts', label: 'Accounts', page: (project) => <AccountsTab project={project} /> },
  { id: 'rules', label: 'Rules', page: (project) => <RulesTab project={project} /> },
  { id: 'cookies', label: 'Cookies', page: (project) => <CookiesTab project={project} /> },
];

/** Who tries what, what was decided and why, and what a person has to look at. */
export default function FraudPage({ project }: { project: Project }) {
  const id = path.value.split('/')[2] ?? '';
  const current = TABS.find((tab) => tab.id === id);
  return (
    <div class="page fraud">
      <h1 class="visually-hidden">Fraud</h1>
      <TabLinks label="Fraud">
        {TABS.map((tab) => (
          <Link
            key={tab.id}
            href={hrefOf(tab.id === '' ? '/fraud' : `/fraud/${tab.id}`, {}, 'frame')}
            current={tab === current}
          >
            {tab.label}
          </Link>
        ))}
      </TabLinks>
      {current === undefined ? (
        <Empty title="There is no such part of Fraud">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : (
        current.page(project)
      )}
    </div>
  );
}
