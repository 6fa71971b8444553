import { getCookieTelemetry } from '../../api/fraud-cookies.ts';
import { Failure } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { bytes, exact, plural } from '../../lib/format.ts';
import { span } from '../../state/range.ts';
import { useResource } from '../../state/use-resource.ts';
import { sessionFace, sizeFace, warningsFace } from './cookie-health.ts';

/** Cookies as this very browser sends them here: how many and how large, whether it has a fraud session, and what is wrong. */
export function Pulse({ project }: { project: string }) {
  const asked = span.value.toMs; // A refresh by hand asks again.
  const { data, error, reload } = useResource(`${project} ${asked}`, (signal) => getCookieTelemetry(project, signal));
  if (error && data === null) {
    return <Failure line what="Cookie health could not be loaded" error={error} onRetry={reload} />;
  }
  const size = data ? sizeFace(data.bytes) : null;
  const session = data ? sessionFace(data.fraudSession) : null;
  const warnings = data ? warningsFace(data.warnings) : null;
  return (
    <section class="pulse" aria-label="Pulse of this browser">
      <div class={`card pulse-part pulse-${size?.tone ?? 'off'}`}>
        <span class="stat-label">My cookies</span>
        <strong title={data ? `${exact(data.bytes)} bytes` : ''}>
          {data ? `${plural(data.count, 'cookie')}, ${bytes(data.bytes)}` : <i class="bone" />}
        </strong>
        {size ? <StatusDot tone={size.tone}>{size.word}</StatusDot> : <span>&nbsp;</span>}
      </div>
      <div class={`card pulse-part pulse-${session?.tone ?? 'off'}`}>
        <span class="stat-label">My fraud session</span>
        <strong>{session ? session.title : <i class="bone" />}</strong>
        {session ? <StatusDot tone={session.tone}>{session.word}</StatusDot> : <span>&nbsp;</span>}
      </div>
      <div
        class={`card pulse-part pulse-${warnings?.tone ?? 'off'}`}
        title={data?.warnings.map(({ detail }) => detail).join('\n') ?? ''}
      >
        <span class="stat-label">Warnings</span>
        <strong>{warnings ? warnings.title : <i class="bone" />}</strong>
        {warnings ? <StatusDot tone={warnings.tone}>{warnings.word}</StatusDot> : <span>&nbsp;</span>}
      </div>
    </section>
  );
}
