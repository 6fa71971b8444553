import { useEffect } from 'preact/hooks';
import { Frame } from './components/frame/frame.tsx';
import { lazy } from './components/lazy.tsx';
import { Link } from './components/link.tsx';
import { ProjectGate } from './components/project-gate.tsx';
import { Empty, Failure } from './components/states.tsx';
import { Toasts } from './components/toasts.tsx';
import { titleOf } from './lib/pages.ts';
import { LivePage } from './pages/live/live-page.tsx';
import { LogsPage } from './pages/logs/logs-page.tsx';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { forgetProjects, loadProjects } from './state/projects.ts';
import { hrefOf, path } from './state/route.ts';
import { loadSession, rights, session } from './state/session.ts';

const ErrorsPage = lazy(() => import('./pages/errors/errors-page.tsx'));
const OperationsPage = lazy(() => import('./pages/operations/operations-page.tsx'));
const SessionsPage = lazy(() => import('./pages/sessions/sessions-page.tsx'));
const AlertsPage = lazy(() => import('./pages/alerts/alerts-page.tsx'));
const ArchivesPage = lazy(() => import('./pages/archives/archives-page.tsx'));
const AuditPage = lazy(() => import('./pages/audit/audit-page.tsx'));
const CompliancePage = lazy(() => import('./pages/compliance/compliance-page.tsx'));
const FraudPage = lazy(() => import('./pages/fraud/fraud-page.tsx'));
const VitalsPage = lazy(() => import('./pages/vitals/vitals-page.tsx'));
const PerformancePage = lazy(() => import('./pages/performance/performance-page.tsx'));
const SourcesPage = lazy(() => import('./pages/sources/sources-page.tsx'));
const TracePage = lazy(() => import('./pages/trace/trace-page.tsx'));
const SecurityPage = lazy(() => import('./pages/security/security-page.tsx'));
const SettingsPage = lazy(() => import('./pages/settings/settings-page.tsx'));

export function App() {
  return (
    <>
      <Content />
      <Toasts />
    </>
  );
}

function Content() {
  const state = session.value;
  const may = rights.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rights see other projects.
  useEffect(() => {
    if (may === null) forgetProjects();
    else void loadProjects();
  }, [may]);
  switch (state.kind) {
    case 'unknown':
      return null;
    case 'unreachable':
      return (
        <main class="alone">
          <Failure top what="Breakwater cannot be reached" error={state.error} onRetry={() => void loadSession()} />
        </main>
      );
    case 'anonymous':
      return <SignInPage reason={state.reason} />;
    case 'user':
      return (
        // What one person has open is not the next one's.
        <Frame key={state.me.userId}>
          <Page />
        </Frame>
      );
  }
}

function Page() {
  const at = path.value;
  const title = titleOf(at);
  useEffect(() => {
    document.title = `${title} · Breakwater`;
  }, [title]);
  if (at === '/settings' || at.startsWith('/settings/')) return <SettingsPage />;
  if (at === '/audit' || at.startsWith('/audit/')) return <AuditPage />;
  if (at === '/compliance' || at.startsWith('/compliance/')) return <CompliancePage />;
  if (at === '/performance') return <PerformancePage />;
  if (at === '/security') return <SecurityPage />;
  if (at === '/') return <ProjectGate>{(project) => <OverviewPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/live') return <ProjectGate>{(project) => <LivePage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/logs') return <ProjectGate>{(project) => <LogsPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/vitals')
    return <ProjectGate>{(project) => <VitalsPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/errors' || at.startsWith('/errors/'))
    return <ProjectGate>{(project) => <ErrorsPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/sessions' || at.startsWith('/sessions/'))
    return <ProjectGate>{(project) => <SessionsPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/operations' || at.startsWith('/operations/'))
    return <ProjectGate>{(project) => <OperationsPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/fraud' || at.startsWith('/fraud/'))
    return <ProjectGate>{(project) => <FraudPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/alerts' || at.startsWith('/alerts/'))
    return <ProjectGate>{(project) => <AlertsPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/archives' || at.startsWith('/archives/'))
    return <ProjectGate>{(project) => <ArchivesPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/sources')
    return <ProjectGate>{(project) => <SourcesPage key={project.id} project={project} />}</ProjectGate>;
  if (at === '/traces')
    return <ProjectGate>{(project) => <TracePage key={project.id} project={project} />}</ProjectGate>;
  return (
    <Empty top title="There is no page here">
      <Link href={hrefOf('/', {}, 'frame')}>Go to the overview</Link>
    </Empty>
  );
}
