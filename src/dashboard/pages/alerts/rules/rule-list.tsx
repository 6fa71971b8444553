import type { ListedRule } from '../../../api/alerts.ts';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Link } from '../../../components/link.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { plural, relative } from '../../../lib/format.ts';
import { ticking } from '../../../state/clock.ts';
import { mayDecide } from '../../../state/roles.ts';
import { hrefOf } from '../../../state/route.ts';
import { againstWords, conditionWords, thresholdOf } from '../rule-words.ts';
import { Severity } from '../severity.tsx';
import { ruleState, WORST_FIRST } from '../words.ts';

interface RuleListProps {
  rules: readonly ListedRule[];
  onEnable: (rule: ListedRule, enabled: boolean) => void;
}

const STATES = ['Firing', 'Pending', 'Unknown', 'Quiet', 'Not evaluated yet', 'Off'];

export function RuleList({ rules, onEnable }: RuleListProps) {
  return (
    <DataTable
      label="Rules"
      columns={columns(onEnable)}
      rows={rules.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))}
      keyOf={({ id }) => id}
      isFaint={({ enabled }) => !enabled}
      rowKey="Open the rule"
    />
  );
}

/** What needs somebody first. */
function rank({ enabled, status, severity }: ListedRule): number {
  return STATES.indexOf(ruleState(enabled, status).word) * WORST_FIRST.length + WORST_FIRST.indexOf(severity);
}

function columns(onEnable: RuleListProps['onEnable']): Column<ListedRule>[] {
  return [
    { id: 'state', label: 'State', sort: rank, cell: (rule) => <State rule={rule} /> },
    {
      id: 'name',
      label: 'Rule',
      sort: ({ name }) => name.toLowerCase(),
      cell: ({ id, name, condition, windowSeconds }) => (
        <span class="two-lines">
          <Link
            class="clip rule-name"
            href={hrefOf(`/alerts/rules/${encodeURIComponent(id)}`, {}, 'frame')}
            title={name}
          >
            <bdi>{name}</bdi>
          </Link>
          <span class="faint clip" dir="auto" title={conditionWords(condition, windowSeconds)}>
            {conditionWords(condition, windowSeconds)}
          </span>
        </span>
      ),
    },
    {
      id: 'severity',
      label: 'Severity',
      sort: ({ severity }) => WORST_FIRST.indexOf(severity),
      cell: ({ severity }) => <Severity level={severity} />,
    },
    { id: 'value', label: 'Value', cell: (rule) => <Value rule={rule} /> },
    {
      id: 'told',
      label: 'Told to',
      cell: ({ destinationIds }) =>
        destinationIds.length === 0 ? <span class="faint">nobody</span> : plural(destinationIds.length, 'destination'),
    },
    {
      id: 'on',
      label: 'On',
      cell: (rule) => (
        <input
          type="checkbox"
          aria-label={`${rule.name} is on`}
          checked={rule.enabled}
          disabled={!mayDecide.value}
          onChange={(event) => onEnable(rule, event.currentTarget.checked)}
        />
      ),
    },
  ];
}

function State({ rule }: { rule: ListedRule }) {
  const { enabled, status } = rule;
  const { tone, word } = ruleState(enabled, status);
  const groups = status?.state === 'firing' && status.firing > 1 ? `, ${status.firing} groups` : '';
  return (
    <StatusDot tone={tone}>
      {word}
      {groups}
    </StatusDot>
  );
}

/** By the last evaluation, and when that was; or why nothing is known. */
function Value({ rule: { status, condition, enabled } }: { rule: ListedRule }) {
  const atMs = status?.evaluatedAtMs ?? null;
  if (!enabled || status === null || atMs === null) return <span class="faint">–</span>;
  return (
    <span class="two-lines">
      {status.problem === null ? (
        <span>
          {condition.kind === 'silence' || condition.kind === 'anomaly'
            ? status.state === 'inactive'
              ? 'as usual'
              : againstWords(status.value, 0, condition)
            : againstWords(status.value, thresholdOf(condition) ?? 0, condition)}
        </span>
      ) : (
        <span class="clip tone-warn" dir="auto" title={status.problem}>
          {status.problem}
        </span>
      )}
      <span class="faint">
        <Time ms={atMs} format={(ms) => relative(ms, ticking.value)} />
      </span>
    </span>
  );
}
