import {
  type RiskSettings,
  RULE_NAMES,
  type RuleName,
  type RuleQuality,
  type RuleSetting,
  type RulesAnswer,
} from '../../../wire/fraud.ts';
import { Button } from '../../components/button.tsx';
import { NumberInput } from '../../components/number-input.tsx';
import { exact, percent } from '../../lib/format.ts';
import { pointsFault, sameRule, thresholdFault } from './rule-draft.ts';
import { ruleName } from './words.ts';

interface RuleTableProps {
  base: RulesAnswer;
  draft: RiskSettings;
  quality: readonly RuleQuality[];
  onChange: (rules: RiskSettings['rules']) => void;
}

export function RuleTable({ base, draft, quality, onChange }: RuleTableProps) {
  const qualityOf = new Map(quality.map((item) => [item.rule, item]));
  return (
    <table class="table fraud-rules" aria-label="Rules">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">On</th>
          <th scope="col">Points</th>
          <th scope="col">Threshold</th>
          <th scope="col" class="numeric">
            Found
          </th>
          <th scope="col" class="numeric">
            Fraud
          </th>
          <th scope="col" class="numeric">
            Legitimate
          </th>
          <th scope="col">Right</th>
        </tr>
      </thead>
      <tbody>
        {RULE_NAMES.map((rule) => (
          <RuleRow
            key={rule}
            rule={rule}
            base={base}
            setting={draft.rules[rule]}
            quality={qualityOf.get(rule) ?? null}
            onChange={(next) => onChange({ ...draft.rules, [rule]: next })}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RuleRowProps {
  rule: RuleName;
  base: RulesAnswer;
  setting: RuleSetting;
  quality: RuleQuality | null;
  onChange: (setting: RuleSetting) => void;
}

function RuleRow({ rule, base, setting, quality, onChange }: RuleRowProps) {
  const name = ruleName(rule);
  const bounds = base.thresholds[rule];
  const usual = base.defaults.rules[rule];
  const isChanged = !sameRule(base.rules[rule], setting);
  const hasThreshold = bounds.min !== bounds.max;
  return (
    <tr class={`${setting.enabled ? '' : 'table-faint'}${isChanged ? ' is-changed' : ''}`}>
      <td data-label="Rule">
        <span class="two-lines">
          <span>
            <strong>{name}</strong>
            {isChanged ? <span class="fraud-changed"> changed</span> : null}
          </span>
          <span class="faint">
            {bounds?.weak ? 'Weak: never denies alone. ' : ''}
            {usual && !sameRule(usual, setting) ? (
              <Button small kind="quiet" onClick={() => onChange(usual)} title="Use the default">
                {`Default: ${usual.points} points${hasThreshold ? `, threshold ${usual.threshold}` : ''}${usual.enabled ? '' : ', off'}`}
              </Button>
            ) : null}
          </span>
        </span>
      </td>
      <td data-label="On">
        <input
          type="checkbox"
          aria-label={`${name} is on`}
          checked={setting.enabled}
          onChange={(event) => onChange({ ...setting, enabled: event.currentTarget.checked })}
        />
      </td>
      <td data-label="Points">
        <NumberInput
          label={`Points of ${name}`}
          value={setting.points}
          min={0}
          max={100}
          fault={pointsFault(setting.points)}
          onInput={(points) => onChange({ ...setting, points })}
        />
      </td>
      <td data-label="Threshold">
        {hasThreshold ? (
          <span class="fraud-threshold">
            <NumberInput
              label={`Threshold of ${name}`}
              value={setting.threshold}
              {...(bounds ? { min: bounds.min, max: bounds.max, step: bounds.whole ? 1 : ('any' as const) } : {})}
              fault={thresholdFault(setting.threshold, bounds)}
              onInput={(threshold) => onChange({ ...setting, threshold })}
            />
            <span class="faint">{bounds?.unit ?? ''}</span>
          </span>
        ) : (
          <span class="faint">none</span>
        )}
      </td>
      <td data-label="Found" class="numeric">
        {exact(quality?.hits ?? 0)}
      </td>
      <td data-label="Fraud" class="numeric">
        {exact(quality?.fraud ?? 0)}
      </td>
      <td data-label="Legitimate" class="numeric">
        {exact(quality?.legitimate ?? 0)}
      </td>
      <td data-label="Right">
        {quality === null || quality.precision === null ? (
          <span class="faint">no verdict</span>
        ) : (
          <span title="Share of fraud among the events with a verdict">{percent(quality.precision)}</span>
        )}
      </td>
    </tr>
  );
}
