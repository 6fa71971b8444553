import '../../styles/errors.css';
import '../../styles/operations.css';
import { OPERATION_SCOPES } from '../../../wire/operations.ts';
import type { Project } from '../../api/types.ts';
import { lazy } from '../../components/lazy.tsx';
import { Link } from '../../components/link.tsx';
import { Empty, Skeleton } from '../../components/states.tsx';
import { TabLinks } from '../../components/tab-links.tsx';
import { hrefOf, pathPart } from '../../state/route.ts';
import { isAdmin } from '../../state/session.ts';
import { ScopePage } from './scope-page.tsx';
import { SCOPE_WORDS } from './words.ts';

const waiting = () => <Skeleton rows={14} label="Loading" />;
const JobsTab = lazy(() => import('./jobs/jobs-tab.tsx'), waiting);
const NoticesTab = lazy(() => import('./notices/notices-tab.tsx'), waiting);

/** Of the deployment, and not of the project. */
const OWN_TABS = [
  { id: 'jobs', label: 'Jobs', Tab: JobsTab },
  { id: 'notices', label: 'Notices', Tab: NoticesTab },
] as const;

/** Do transfers and profiles work, and through which gateway not? And, for administrators: does the deployment do its own work? */
export default function OperationsPage({ project }: { project: Project }) {
  const named = pathPart(1) || 'p2p';
  const scope = OPERATION_SCOPES.find((name) => name === named);
  const own = OWN_TABS.find(({ id }) => id === named);
  return (
    <div class="page operations">
      <h1 class="visually-hidden">Operations</h1>
      <TabLinks label="Operations">
        {OPERATION_SCOPES.map((name) => (
          <Link
            key={name}
            href={hrefOf(name === 'p2p' ? '/operations' : `/operations/${name}`, {}, 'frame')}
            current={name === scope}
          >
            {SCOPE_WORDS[name]}
          </Link>
        ))}
        {isAdmin.value
          ? OWN_TABS.map(({ id, label }) => (
              <Link key={id} href={hrefOf(`/operations/${id}`, {}, 'frame')} current={id === named}>
                {label}
              </Link>
            ))
          : null}
      </TabLinks>
      {own ? (
        isAdmin.value ? (
          <own.Tab />
        ) : (
          <Empty title={`${own.label} are for administrators`}>
            <p>They are of the whole deployment.</p>
          </Empty>
        )
      ) : scope === undefined ? (
        <Empty title="There are no operations of this kind here">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : (
        <ScopePage key={scope} project={project} scope={scope} />
      )}
    </div>
  );
}
