import type { ListedRule } from '../../../api/alerts.ts';
import { Button } from '../../../components/button.tsx';
import { Chip } from '../../../components/chip.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty } from '../../../components/states.tsx';
import { WIDEST_MS } from '../../../lib/range.ts';
import { setRange, span } from '../../../state/range.ts';
import { hrefOf, param, setParams } from '../../../state/route.ts';

/** Nothing now, and nothing in this time: why that is, and where to look. */
export function NothingFired({ rules }: { rules: readonly ListedRule[] | null }) {
  const { fromMs, toMs } = span.value;
  const isWidest = toMs - fromMs >= WIDEST_MS;
  const isOff = rules?.every(({ enabled }) => !enabled) === true;
  const rule = param('rule');
  return (
    <Empty icon={isOff ? 'info' : 'check'} title={isOff ? 'No rule is on' : 'No alert now, and none in this time'}>
      <p>
        {isOff
          ? 'Nothing can fire before a rule is switched on.'
          : rule === ''
            ? 'What fires is listed here whatever the time; what is over where it falls into the time that is chosen.'
            : 'This rule has not fired in this time.'}
      </p>
      {isOff || rules === null ? <Link href={hrefOf('/alerts/rules', {}, 'frame')}>Open the rules</Link> : null}
      {rule === '' ? null : <Button onClick={() => setParams({ rule: null })}>Show all rules</Button>}
      {isWidest ? null : <Button onClick={() => setRange({ kind: 'preset', id: '30d' })}>Look at 30 days</Button>}
    </Empty>
  );
}

/** The list is narrowed to one rule. */
export function FiringFilter({ rule, id }: { rule: ListedRule | null; id: string }) {
  return (
    <div class="alerts-filter">
      <Chip word="rule" value={rule?.name ?? id} onRemove={() => setParams({ rule: null })} />
    </div>
  );
}
