import type { FraudEvent } from '../../../wire/fraud.ts';
import { StatusDot } from '../../components/status-dot.tsx';
import { Time } from '../../components/time.tsx';
import { exact, milli, stamp } from '../../lib/format.ts';
import { amountWords, DECISION_TONES, DECISION_WORDS, ruleName, VERDICT_TONES, VERDICT_WORDS } from './words.ts';

interface EventLineProps {
  event: FraudEvent;
  showDay: boolean;
}

/** Longer names are cut: a row is one line, the drawer has all of it. */
const NAME_CHARS = 300;
/** Reasons that a row has room for. */
const SHOWN_REASONS = 3;

export function EventLine({ event, showDay }: EventLineProps) {
  const { atMs, decision, riskScore, userId, eventType, amountCents, success, verdict } = event;
  const reasons = event.reasons.filter(({ points }) => points > 0);
  return (
    <>
      <span role="gridcell" class="faint fraud-time">
        <Time ms={atMs} format={showDay ? stamp : milli} />
      </span>
      <span role="gridcell" class="fraud-score" title={`Score ${exact(riskScore)} of 100`}>
        <i aria-hidden="true" style={{ width: `${riskScore}%` }} />
        <span>{riskScore}</span>
      </span>
      <span role="gridcell">
        <StatusDot tone={DECISION_TONES[decision]}>{DECISION_WORDS[decision]}</StatusDot>
      </span>
      <span role="gridcell" class="clip" title={userId.slice(0, NAME_CHARS)}>
        <bdi>{userId.slice(0, NAME_CHARS)}</bdi>
      </span>
      <span role="gridcell" class="clip" title={eventType.slice(0, NAME_CHARS)}>
        <bdi>{eventType.slice(0, NAME_CHARS)}</bdi>
        {success === false ? <span class="tone-bad"> failed</span> : null}
      </span>
      <span role="gridcell" class="num">
        {amountWords(amountCents)}
      </span>
      <span role="gridcell" class="clip fraud-reasons" title={reasons.map(({ detail }) => detail).join('\n')}>
        {reasons.length === 0 ? (
          <span class="faint">no reason</span>
        ) : (
          reasons
            .slice(0, SHOWN_REASONS)
            .map(({ rule, points }) => `${ruleName(rule)} +${points}`)
            .join(', ')
        )}
        {reasons.length > SHOWN_REASONS ? <span class="faint"> and {reasons.length - SHOWN_REASONS} more</span> : null}
      </span>
      <span role="gridcell" class="fraud-verdict">
        {verdict ? <StatusDot tone={VERDICT_TONES[verdict]}>{VERDICT_WORDS[verdict]}</StatusDot> : null}
      </span>
    </>
  );
}

/** What the cells of a row are, for those who see them; a screen reader hears it in the label of the grid. */
export function EventHead({ showDay }: { showDay: boolean }) {
  return (
    <div class={`fraud-head fraud-row${showDay ? ' fraud-days' : ''}`} aria-hidden="true">
      <span>Time</span>
      <span>Score</span>
      <span>Decision</span>
      <span>User</span>
      <span>Event</span>
      <span class="num">Amount</span>
      <span>Reasons</span>
      <span>Verdict</span>
    </div>
  );
}
