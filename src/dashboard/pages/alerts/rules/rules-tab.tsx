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
import { useFirstUse } from '../use-first-use.ts';
import { freshRule, inputOf } from './rule-draft.ts';
import { RuleEditor } from './rule-editor.tsx';
import { RuleList } from './rule-list.tsx';

const NEW = 'new';
const openNew = () => go(hrefOf(`/alerts/rules/${NEW}`, {}, 'frame'));

/** What is watched, and each rule by itself. */
export function RulesTab({ project }: { project: Project }) {
  const open = pathPart(2);
  const rules = useResource(project.id, (signal) => listRules(project.id, signal));
  const first = useFirstUse(rules.data === null ? null : rules.data.items.length === 0);
  // What an editor holds is not changed under whoever edits it.
  useHealthUpdates(rules.error !== null, () => open === '' && rules.reload());
  const changed = () => {
    first.end();
    rules.reload();
  };
  if (open === NEW) {
    return <RuleEditor key={NEW} project={project.id} rule={null} start={freshRule()} onChanged={changed} />;
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
      <RuleEditor key={rule.id} project={project.id} rule={rule} start={inputOf(rule)} onChanged={changed} />
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
      {first.isFirst || (items.length === 0 && !rules.loading) ? (
        <AlertsFirstUse project={project.id} onEnd={changed} />
      ) : items.length === 0 ? (
        <Skeleton rows={14} label="Loading rules" />
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
  /** Switched here and not yet in the list, which has it once the rule is of that version. */
  const [switched, setSwitched] = useState<ReadonlyMap<string, { enabled: boolean; version: number }>>(new Map());
  useShortcuts(mayDecide.value ? [{ keys: 'n', label: 'New rule', group: 'Lists', run: openNew }] : []);
  const show = ({ id, version }: ListedRule, enabled: boolean | null) =>
    setSwitched((before) => {
      const next = new Map(before);
      if (enabled === null) next.delete(id);
      else next.set(id, { enabled, version: version + 1 });
      return next;
    });
  const enable = async (rule: ListedRule, enabled: boolean, undoes = false): Promise<void> => {
    show(rule, enabled);
    const answer = await changeRule(project, rule.id, { ...inputOf(rule), enabled, version: rule.version });
    if (!answer.ok) {
      if (isStored(answer.error)) onChanged();
      else show(rule, null);
      return sayError(`The rule was not switched ${enabled ? 'on' : 'off'}`, answer.error);
    }
    onChanged();
    const after = { ...rule, ...answer.value };
    const undo = undoes ? null : () => void enable(after, !enabled, true);
    say(`${rule.name.slice(0, 60)} is ${enabled ? 'on' : 'off'}`, undo);
  };
  const shown = rules.map((rule) => {
    const mine = switched.get(rule.id);
    return mine && rule.version < mine.version ? { ...rule, enabled: mine.enabled } : rule;
  });
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
