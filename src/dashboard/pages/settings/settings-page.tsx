import type { ComponentChildren } from 'preact';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { hrefOf, path } from '../../state/route.ts';
import { isAdmin, user } from '../../state/session.ts';
import { KeysTab } from './keys-tab.tsx';
import { PasswordTab } from './password-tab.tsx';
import { ProjectsTab } from './projects-tab.tsx';
import { SessionsTab } from './sessions-tab.tsx';
import { UsersTab } from './users-tab.tsx';

interface Tab {
  id: string;
  label: string;
  admin: boolean;
  page: () => ComponentChildren;
}

const TABS: readonly Tab[] = [
  { id: 'keys', label: 'Keys', admin: true, page: () => <KeysTab /> },
  { id: 'users', label: 'Users', admin: true, page: () => <UsersTab /> },
  { id: 'projects', label: 'Projects', admin: true, page: () => <ProjectsTab /> },
  { id: 'sessions', label: 'My sessions', admin: false, page: () => <SessionsTab /> },
  { id: 'password', label: 'Password', admin: false, page: () => <PasswordTab /> },
];

export default function SettingsPage() {
  const mine = TABS.filter((tab) => !tab.admin || isAdmin.value);
  const id = path.value.split('/')[2] ?? '';
  const current = TABS.find((tab) => tab.id === id) ?? (id === '' ? mine[0] : undefined);
  return (
    <div class="page settings">
      <h1>Settings</h1>
      <nav class="tabs" aria-label="Settings">
        {mine.map((tab) => (
          <Link key={tab.id} href={hrefOf(`/settings/${tab.id}`, {}, 'frame')} current={tab === current}>
            {tab.label}
          </Link>
        ))}
      </nav>
      {current === undefined ? (
        <Empty title="There is no such setting">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : current.admin && !isAdmin.value ? (
        <Empty icon="info" title={`${current.label} are for administrators`}>
          <p>Your role is {user.value?.role}. Ask an administrator if you need something changed here.</p>
        </Empty>
      ) : (
        current.page()
      )}
    </div>
  );
}
