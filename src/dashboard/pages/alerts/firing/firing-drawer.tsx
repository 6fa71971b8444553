import type { Firing } from '../../../../wire/alerts.ts';
import type { ListedRule } from '../../../api/alerts.ts';
import { Button } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { now } from '../../../state/clock.ts';
import { mayDecide } from '../../../state/roles.ts';
import { hrefOf, setParams } from '../../../state/route.ts';
import { againstWords, conditionWords } from '../rule-words.ts';
import { Severity } from '../severity.tsx';
import { STATE_TONES, STATE_WORDS } from '../words.ts';
import { AcknowledgeForm } from './acknowledge-form.tsx';
import { causeOf, causeSpan } from './cause-link.ts';
import { quietWords, toldWords } from './firing-line.tsx';
import { SilenceMenu } from './silence-menu.tsx';
import { Timeline } from './timeline.tsx';
import type { OpenFiring } from './use-open-firing.ts';
import type { Silencing } from './use-silencing.ts';

interface FiringDrawerProps {
  open: OpenFiring;
  rule: ListedRule | null;
  silencing: Silencing;
  /** Grows each time that somebody asks for the note. */
  noteAsked: number;
  onAcknowledge: (firing: Firing, note: string) => void;
}

const close = () => setParams({ firing: null }, 'replace');

/** All about one firing, also while it is on its way, and where there is none. */
export function FiringDrawer({ open, ...rest }: FiringDrawerProps) {
  return (
    <Drawer
      label="Alert"
      onClose={close}
      head={open.kind === 'open' ? <FiringTitle firing={open.firing} /> : <strong class="clip">Alert</strong>}
    >
      {open.kind === 'open' ? (
        <FiringFacts key={open.firing.id} firing={open.firing} {...rest} />
      ) : open.kind === 'loading' ? (
        <Skeleton rows={14} label="Loading the alert" />
      ) : open.kind === 'failed' ? (
        <Failure what="The alert could not be loaded" error={open.error} onRetry={open.retry} />
      ) : (
        <Empty title="There is no such alert">
          <p>It may be of another project, or from longer ago than alerts are kept.</p>
          <Button onClick={close}>Close</Button>
        </Empty>
      )}
    </Drawer>
  );
}

function FiringTitle({ firing }: { firing: Firing }) {
  return (
    <>
      <StatusDot tone={STATE_TONES[firing.state]}>{STATE_WORDS[firing.state]}</StatusDot>
      <strong class="clip">
        <bdi>{firing.ruleName}</bdi>
      </strong>
      <CopyButton text={() => JSON.stringify(firing, null, 2)} label="Copy alert as JSON" />
    </>
  );
}

function FiringFacts({
  firing,
  rule,
  silencing,
  noteAsked,
  onAcknowledge,
}: Omit<FiringDrawerProps, 'open'> & { firing: Firing }) {
  const isOver = firing.state === 'resolved';
  const labels = Object.entries(firing.labels);
  return (
    <>
      <p class="firing-sentence" dir="auto">
        {firing.summary}
      </p>
      {mayDecide.value && !isOver ? (
        <div class="firing-actions">
          <SilenceMenu firing={firing} silencing={silencing} />
        </div>
      ) : null}
      <dl class="drawer-times">
        <dt>Severity</dt>
        <dd>
          <Severity level={firing.severity} />
        </dd>
        <dt>For</dt>
        <dd>
          <bdi>{firing.group === '' ? 'all' : firing.group}</bdi>
        </dd>
        <dt>Value</dt>
        <dd>{againstWords(firing.value, firing.threshold, rule?.condition ?? null)}</dd>
        <dt>Told</dt>
        <dd>{[quietWords(firing), toldWords(firing, rule)].filter(Boolean).join(', ')}</dd>
      </dl>
      <h3>Where to look</h3>
      <Causes firing={firing} rule={rule} />
      <h3>What happened</h3>
      <Timeline firing={firing} />
      {isOver && firing.acknowledged === null ? null : (
        <>
          <h3>Acknowledged</h3>
          <AcknowledgeForm firing={firing} noteAsked={noteAsked} onAcknowledge={onAcknowledge} />
        </>
      )}
      {labels.length === 0 ? null : (
        <>
          <h3>Labels</h3>
          <table class="fields" aria-label="Labels">
            <tbody>
              {labels.map(([name, value]) => (
                <tr key={name}>
                  <th scope="row" dir="auto">
                    {name}
                  </th>
                  <td dir="auto">{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}

function Causes({ firing, rule }: { firing: Firing; rule: ListedRule | null }) {
  if (rule === null) return <p class="faint">Its rule is not there any more.</p>;
  const { label, path, params } = causeOf(firing, rule.condition, causeSpan(firing, rule.windowSeconds, now()));
  return (
    <>
      <p class="firing-links">
        <Link href={hrefOf(path, params, 'frame')}>{label}</Link>
        <Link href={hrefOf(`/alerts/rules/${encodeURIComponent(rule.id)}`, {}, 'frame')}>The rule</Link>
      </p>
      <p class="faint firing-condition" dir="auto">
        {conditionWords(rule.condition, rule.windowSeconds)}.
      </p>
    </>
  );
}
