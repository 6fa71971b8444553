import { useState } from 'preact/hooks';
import type { RulesAnswer } from '../../../wire/fraud.ts';
import { getQuality, getRules } from '../../api/fraud.ts';
import type { Project } from '../../api/types.ts';
import { Failure, Skeleton } from '../../components/states.tsx';
import { useResource } from '../../state/use-resource.ts';
import { RulesEditor } from './rules-editor.tsx';

/** What makes a score, and what other rules would have made of the same events. */
export function RulesTab({ project }: { project: Project }) {
  const rules = useResource(project.id, (signal) => getRules(project.id, signal));
  const quality = useResource(project.id, (signal) => getQuality(project.id, signal));
  const [saved, setSaved] = useState<RulesAnswer | null>(null);
  const current = saved ?? rules.data;
  if (rules.error && current === null) {
    return <Failure what="The rules could not be loaded" error={rules.error} onRetry={rules.reload} />;
  }
  if (current === null || (quality.data === null && quality.error === null)) {
    return <Skeleton rows={16} label="Loading rules" />;
  }
  return (
    <>
      {quality.error ? (
        <Failure
          line
          what="How good the rules are could not be loaded"
          error={quality.error}
          onRetry={quality.reload}
        />
      ) : null}
      <RulesEditor
        key={current.version}
        project={project.id}
        current={current}
        quality={quality.data?.items ?? []}
        onSaved={setSaved}
      />
    </>
  );
}
