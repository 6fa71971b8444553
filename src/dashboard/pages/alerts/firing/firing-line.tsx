import type { Firing } from '../../../../wire/alerts.ts';
import type { ListedRule } from '../../../api/alerts.ts';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { day, duration, minute, plural, relative, second } from '../../../lib/format.ts';
import { ticking } from '../../../state/clock.ts';
import { againstWords } from '../rule-words.ts';
import { Severity } from '../severity.tsx';
import { QUIET_WORDS, STATE_TONES, STATE_WORDS } from '../words.ts';
import { sinceMs } from './firing-list.ts';

/** Longer texts are cut: the drawer has all of them. */
const SHOWN_CHARS = 300;

interface FiringLineProps {
  firing: Firing;
  /** Null where it is gone, or not known yet. */
  rule: ListedRule | null;
}

export function FiringLine({ firing, rule }: FiringLineProps) {
  const { state, severity, ruleName, group, value, threshold, summary } = firing;
  const name = ruleName.slice(0, SHOWN_CHARS);
  const quietWord = quietWords(firing);
  return (
    <>
      <span role="gridcell">
        <StatusDot tone={STATE_TONES[state]}>{STATE_WORDS[state]}</StatusDot>
      </span>
      <span role="gridcell">
        <Severity level={severity} />
      </span>
      <span role="gridcell" class="firing-what">
        <span class="clip" title={`${name}\n${group.slice(0, SHOWN_CHARS)}`}>
          <bdi class="firing-name">{name}</bdi>
          {group === '' ? null : (
            <>
              {' '}
              <span class="faint">for</span> <bdi>{group.slice(0, SHOWN_CHARS)}</bdi>
            </>
          )}
        </span>
        <bdi class="clip faint firing-summary">{summary.slice(0, SHOWN_CHARS)}</bdi>
      </span>
      <span role="gridcell" class="clip firing-value">
        {againstWords(value, threshold, rule?.condition ?? null)}
      </span>
      <span role="gridcell" class="firing-two">
        <Since firing={firing} />
      </span>
      <span role="gridcell" class="firing-two">
        {quietWord === null ? null : <span class="clip">{quietWord}</span>}
        <span class={`clip${quietWord === null ? '' : ' faint'}`}>{toldWords(firing, rule)}</span>
      </span>
    </>
  );
}

/** How long it has been so, and since when; of what is over when that was, and how long it was so. */
function Since({ firing }: { firing: Firing }) {
  const { resolvedAtMs } = firing;
  const fromMs = sinceMs(firing);
  if (resolvedAtMs === null) {
    return (
      <>
        <span>{duration(ticking.value - fromMs)}</span>
        <span class="faint">
          since <Time ms={fromMs} format={clock} />
        </span>
      </>
    );
  }
  return (
    <>
      <Time ms={resolvedAtMs} format={(ms) => relative(ms, ticking.value)} />
      <span class="faint">lasted {duration(resolvedAtMs - fromMs)}</span>
    </>
  );
}

/** With the day where it is not of today. */
function clock(ms: number): string {
  return day(ms) === day(ticking.value) ? second(ms) : `${day(ms).slice(5)} ${minute(ms)}`;
}

/** Why nobody is told now; null where somebody is. */
export function quietWords({ quiet, state }: Firing): string | null {
  return quiet === null || state === 'resolved' ? null : QUIET_WORDS[quiet];
}

/** How often somebody was told, or why nobody was. */
export function toldWords({ notices, state, quiet }: Firing, rule: ListedRule | null): string {
  if (notices > 0) return `told ${notices === 1 ? 'once' : plural(notices, 'time')}`;
  if (rule?.destinationIds.length === 0) return 'no destination';
  if (state === 'resolved' || quiet !== null) return 'nobody told';
  return state === 'pending' ? 'not yet told' : 'about to be told';
}

/** What the cells of a row are, for those who see them; a screen reader hears it in the label of the grid. */
export function FiringHead() {
  return (
    <div class="firing-head firing-row" aria-hidden="true">
      <span>State</span>
      <span>Severity</span>
      <span>Rule</span>
      <span>Value</span>
      <span>Since</span>
      <span>Told</span>
    </div>
  );
}
