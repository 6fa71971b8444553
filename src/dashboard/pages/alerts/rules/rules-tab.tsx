import { useState } from 'preact/hooks';
import { changeRule, isStored, type ListedRule, listRules } from '../../../api/alerts.ts';
import type { Project } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { plural } from '../../../lib/format.ts';
import { mayDecide } from '../../../state/roles.ts';
import { go, hrefOf, pathPart } from '../../../state/route.ts';
import { say, sayError } from '../../../state/toasts.ts';
import { useHealthUpdates } from '../../../state/use-health-updates.ts';
import { useResource } from '../../../state/use-resource.ts';
import { useShortcuts } from '../../../state/use-shortcuts.ts';
import { AlertsFirstUse } from '../first-use.tsx';
import { freshRule, inputOf } from './rule-draft.ts';
import { RuleEditor } from './rule-editor.tsx';
import { RuleList } from './rule-list.tsx';

const NEW = 'new';
const openNew = () => go(hrefOf(`/alerts/rules/${NEW}`, {}, 'frame'));

/** What is watched, and each rule by itself. */
export function RulesTab({ project }: { project: Project }) {
  const open = pathPart(2);
  const rules = useResource(project.id, (signal) => listRules(project.id, signal));
  // What an editor holds is not changed under whoever edits it.
  useHealthUpdates(rules.error !== null, () => open === '' && rules.reload());
  if (open === NEW) {
    return <RuleEditor key={NEW} project={project.id} rule={null} start={freshRule()} onChanged={rules.reload} />;
  }
  if (rules.data === null) {
    return rules.error ? (
      <Failure what="The rules could not be loaded" error={rules.error} onRetry={rules.reload} />
    ) : (
      <Skeleton rows={14} label="Loading rules" />
    );
  }
  const { items } = rules.data;
  if (open !== '') {
    const rule = items.find(({ id }) => id === open);
    return rule ? (
      <RuleEditor key={rule.id} project={project.id} rule={rule} start={inputOf(rule)} onChanged={rules.reload} />
    ) : (
      <Empty title="There is no such rule">
        <p>It was deleted, or is one of another project.</p>
        <Link href={hrefOf('/alerts/rules', {}, 'frame')}>Show all rules</Link>
      </Empty>
    );
  }
  return (
    <>
      {rules.error ? <Failure line what="Not updated" error={rules.error} onRetry={rules.reload} /> : null}
      {items.length === 0 ? (
        <AlertsFirstUse project={project.id} onMade={rules.reload} />
      ) : (
        <All project={project.id} rules={items} onChanged={rules.reload} />
      )}
    </>
  );
}

interface AllProps {
  project: string;
  rules: readonly ListedRule[];
  onChanged: () => void;
}

function All({ project, rules, onChanged }: AllProps) {
  /** Switched here and not yet answered by the list. */
  const [switched, setSwitched] = useState<ReadonlyMap<string, boolean>>(new Map());
  useShortcuts(mayDecide.value ? [{ keys: 'n', label: 'New rule', group: 'Lists', run: openNew }] : []);
  const show = (id: string, enabled: boolean | null) =>
    setSwitched((before) => {
      const next = new Map(before);
      if (enabled === null) next.delete(id);
      else next.set(id, enabled);
      return next;
    });
  const enable = async (rule: ListedRule, enabled: boolean, undoes = false): Promise<void> => {
    show(rule.id, enabled);
    const answer = await changeRule(project, rule.id, { ...inputOf(rule), enabled, version: rule.version });
    if (!answer.ok) {
      if (isStored(answer.error)) onChanged();
      else show(rule.id, null);
      return sayError(`The rule was not switched ${enabled ? 'on' : 'off'}`, answer.error);
    }
    onChanged();
    const after = { ...rule, ...answer.value };
    const undo = undoes ? null : () => void enable(after, !enabled, true);
    say(`${rule.name.slice(0, 60)} is ${enabled ? 'on' : 'off'}`, undo);
  };
  const shown = rules.map((rule) => ({ ...rule, enabled: switched.get(rule.id) ?? rule.enabled }));
  const on = shown.filter(({ enabled }) => enabled).length;
  return (
    <>
      <header class="page-head">
        <p class="grow faint">
          {plural(rules.length, 'rule')}, {on === rules.length ? 'all on' : `${on} on`}. Each is looked at at least
          every minute.
        </p>
        {mayDecide.value ? (
          <Button kind="primary" icon="plus" title="New rule (n)" onClick={openNew}>
            New rule
          </Button>
        ) : null}
      </header>
      <RuleList rules={shown} onEnable={(rule, enabled) => void enable(rule, enabled)} />
    </>
  );
}
