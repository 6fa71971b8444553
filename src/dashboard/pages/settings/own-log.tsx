import { useState } from 'preact/hooks';
import type { LogSettingsAnswer } from '../../../wire/log-settings.ts';
import { getLogSettings, putLogSettings } from '../../api/health.ts';
import type { ApiError } from '../../api/http.ts';
import { Field } from '../../components/field.tsx';
import { Link } from '../../components/link.tsx';
import { Failure } from '../../components/states.tsx';
import { relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { projects } from '../../state/projects.ts';
import { hrefOf } from '../../state/route.ts';
import { say, sayError } from '../../state/toasts.ts';
import { useResource } from '../../state/use-resource.ts';
import { TabFrame } from './tab-frame.tsx';

/** Whether what the deployment logs can be searched here, and where. */
export function OwnLog() {
  const settings = useResource('log-settings', getLogSettings);
  const [saved, setSaved] = useState<LogSettingsAnswer | null>(null);
  return (
    <TabFrame
      title="Own log"
      intro="The platform keeps what the Worker logs: one line for each request, each run of the cron, and what went wrong. A project can keep it too."
      resource={settings}
    >
      {(loaded) => <Choose current={saved ?? loaded} onSaved={setSaved} />}
    </TabFrame>
  );
}

function Choose({ current, onSaved }: { current: LogSettingsAnswer; onSaved: (answer: LogSettingsAnswer) => void }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const { projectId, changedAtMs } = current;
  const isGone = projectId !== null && !projects.value.some(({ id }) => id === projectId);
  const choose = async (next: string | null) => {
    setBusy(true);
    const answer = await putLogSettings({ projectId: next });
    setBusy(false);
    if (!answer.ok) return setError(answer.error);
    setError(null);
    onSaved(answer.value);
    say(next === null ? 'The log is no longer kept as records' : 'The log is kept as records within a minute', () => {
      void putLogSettings({ projectId }).then((back) => {
        if (back.ok) onSaved(back.value);
        else sayError('The setting was not changed back', back.error);
      });
    });
  };
  return (
    <>
      {error ? <Failure line what="The setting was not saved" error={error} onRetry={() => setError(null)} /> : null}
      <Field
        label="Kept as records of"
        hint="Best one of its own: whoever may read the project reads who asked for what. What is about that project itself is not kept in it."
      >
        {(ids) => (
          <select
            {...ids}
            class="select"
            disabled={busy}
            value={projectId ?? ''}
            onChange={(event) => void choose(event.currentTarget.value || null)}
          >
            <option value="">no project</option>
            {isGone ? <option value={projectId}>{projectId}</option> : null}
            {projects.value.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <p class="faint">
        {changedAtMs === null ? 'Never changed.' : `Changed ${relative(changedAtMs, now())}.`}{' '}
        {projectId === null ? null : <Link href={hrefOf('/logs', { project: projectId })}>Search it</Link>}
      </p>
    </>
  );
}
