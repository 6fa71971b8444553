import type { ComponentChildren } from 'preact';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { TabLinks } from '../../components/tab-links.tsx';
import { hrefOf, path } from '../../state/route.ts';
import { isAdmin, user } from '../../state/session.ts';
import { BrowserTab } from './browser-tab.tsx';
import { DeploymentTab } from './deployment-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import { ProjectsTab } from './projects-tab.tsx';
import { UsersTab } from './users-tab.tsx';

interface Tab {
  id: string;
  label: string;
  page: () => ComponentChildren;
}

const TABS: readonly Tab[] = [
  { id: 'keys', label: 'Keys', page: () => <KeysTab /> },
  { id: 'users', label: 'Users', page: () => <UsersTab /> },
  { id: 'projects', label: 'Projects', page: () => <ProjectsTab /> },
  { id: 'browser', label: 'Browser', page: () => <BrowserTab /> },
  { id: 'deployment', label: 'Deployment', page: () => <DeploymentTab /> },
];

export default function SettingsPage() {
  const id = path.value.split('/')[2] ?? '';
  const current = TABS.find((tab) => tab.id === id) ?? (id === '' ? TABS[0] : undefined);
  if (!isAdmin.value) {
    return (
      <Empty top icon="info" title="Settings are for administrators">
        <p>
          Your role is {user.value?.role}. Your sessions, password and second factor are under{' '}
          <Link href={hrefOf('/security', {}, 'frame')}>Security</Link>.
        </p>
      </Empty>
    );
  }
  return (
    <div class="page settings">
      <h1>Settings</h1>
      <TabLinks label="Settings">
        {TABS.map((tab) => (
          <Link key={tab.id} href={hrefOf(`/settings/${tab.id}`, {}, 'frame')} current={tab === current}>
            {tab.label}
          </Link>
        ))}
      </TabLinks>
      {current === undefined ? (
        <Empty title="There is no such setting">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : (
        current.page()
      )}
    </div>
  );
}
