import '../../styles/audit.css';
import type { ComponentChildren } from 'preact';
import type { AuditStatus } from '../../../wire/audit.ts';
import { getAuditStatus } from '../../api/audit.ts';
import { HeadlineText } from '../../components/headline-text.tsx';
import { Link } from '../../components/link.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { TabLinks } from '../../components/tab-links.tsx';
import { ticking } from '../../state/clock.ts';
import { hrefOf, path } from '../../state/route.ts';
import { isAdmin, user } from '../../state/session.ts';
import { useLookAgain } from '../../state/use-look-again.ts';
import { type Resource, useResource } from '../../state/use-resource.ts';
import { AuditStats } from './audit-stats.tsx';
import { auditHeadline } from './audit-words.ts';
import { EntriesTab } from './entries/entries-tab.tsx';
import { CheckpointsTab } from './trail/checkpoints-tab.tsx';
import { FindingsTab } from './trail/findings-tab.tsx';
import { SchemaTab } from './trail/schema-tab.tsx';
import { VerifyTrail } from './trail/verify-trail.tsx';

interface Tab {
  /** The second part of the path. */
  id: string;
  label: string;
  page: (status: Resource<AuditStatus>) => ComponentChildren;
}

const TABS: readonly Tab[] = [
  { id: '', label: 'Entries', page: () => <EntriesTab /> },
  { id: 'checkpoints', label: 'Checkpoints & keys', page: (status) => <CheckpointsTab status={status} /> },
  { id: 'schema', label: 'Schema changes', page: () => <SchemaTab /> },
  { id: 'findings', label: 'Findings', page: (status) => <FindingsTab status={status} /> },
];

/** Entries come, and are sealed every minute. */
const LOOK_MS = 30_000;

/** Is the trail whole; who did what, and what it changed; by what that can be proven. */
export default function AuditPage() {
  return isAdmin.value ? <Trail /> : <NotForYou />;
}

function NotForYou() {
  return (
    <Empty top icon="audit" title="The audit trail is for administrators">
      <p>
        Your role is {user.value?.role}. What concerns your own account is under{' '}
        <Link href={hrefOf('/security', {}, 'frame')}>Security</Link>.
      </p>
    </Empty>
  );
}

function Trail() {
  const id = path.value.split('/')[2] ?? '';
  const current = TABS.find((tab) => tab.id === id);
  const status = useResource('audit', getAuditStatus);
  useLookAgain(!status.loading, status.data ?? status.error, LOOK_MS, status.reload);
  return (
    <div class="page audit">
      <h1 class="visually-hidden">Audit</h1>
      <div class="answer">
        <HeadlineText second headline={status.data && auditHeadline(status.data, ticking.value)} waiting="Audit" />
        <VerifyTrail status={status} />
      </div>
      {status.error ? (
        <Failure line what="Whether the trail is whole is not known now" error={status.error} onRetry={status.reload} />
      ) : null}
      <AuditStats status={status.data} />
      <TabLinks label="Audit">
        {TABS.map((tab) => (
          <Link
            key={tab.id}
            href={hrefOf(tab.id === '' ? '/audit' : `/audit/${tab.id}`, {}, 'frame')}
            current={tab === current}
          >
            {tab.label}
          </Link>
        ))}
      </TabLinks>
      {current === undefined ? (
        <Empty title="There is no such part of Audit">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : (
        current.page(status)
      )}
    </div>
  );
}
