import { useEffect, useState } from 'preact/hooks';
import { DECISIONS } from '../../../wire/fraud.ts';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { place, setParams } from '../../state/route.ts';
import { filterParams, filtersOf, isFiltered } from './filters.ts';
import type { Events } from './use-events.ts';
import { DECISION_WORDS, RULE_OPTIONS, ruleName } from './words.ts';

const SCORES = [0, 20, 40, 60, 80];

export function EventFilters({ events, live }: { events: Events; live: boolean }) {
  const filters = filtersOf(place.value.params);
  const [userId, setUserId] = useState(filters.userId ?? '');
  // The address may change by a link or the back button.
  useEffect(() => setUserId(filters.userId ?? ''), [filters.userId]);
  const change = (next: Partial<typeof filters>) =>
    setParams({ ...filterParams({ ...filters, ...next }), event: null });
  return (
    <div class="fraud-filters">
      <h2>Events</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change({ userId: userId.trim() === '' ? null : userId.trim() });
        }}
      >
        <input
          class="input input-small"
          aria-label="User id"
          placeholder="User id"
          value={userId}
          dir="auto"
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setUserId(event.currentTarget.value)}
        />
      </form>
      <Choice
        label="Decision"
        value={filters.decision ?? ''}
        options={[['', 'Any decision'], ...DECISIONS.map((name): [string, string] => [name, DECISION_WORDS[name]])]}
        onChange={(decision) => change({ decision: decision === '' ? null : decision })}
      />
      <Choice
        label="Rule"
        value={filters.rule ?? ''}
        options={[
          ['', 'Any rule'],
          ...ruleOptions(filters.rule).map((rule): [string, string] => [rule, ruleName(rule)]),
        ]}
        onChange={(rule) => change({ rule: rule === '' ? null : rule })}
      />
      <Choice
        label="Lowest score"
        value={String(filters.minScore ?? 0)}
        options={scoreOptions(filters.minScore ?? 0).map((score): [string, string] => [
          String(score),
          score === 0 ? 'Any score' : `Score ${score} and more`,
        ])}
        onChange={(min) => change({ minScore: Number(min) === 0 ? null : Number(min) })}
      />
      {isFiltered(filters) ? (
        <Button
          small
          kind="quiet"
          icon="close"
          onClick={() => change({ decision: null, rule: null, userId: null, minScore: null })}
        >
          Clear
        </Button>
      ) : null}
      <span class="grow" />
      {live ? (
        <Button
          small
          icon={events.paused ? 'play' : 'pause'}
          title={events.paused ? 'Go on (p)' : 'Pause (p)'}
          onClick={() => events.setPaused(!events.paused)}
        >
          {events.paused ? 'Go on' : 'Pause'}
        </Button>
      ) : (
        <StatusDot tone="off">A fixed time</StatusDot>
      )}
    </div>
  );
}

/** What the address names is a choice, also where this list does not know it. */
function ruleOptions(chosen: string | null): readonly string[] {
  return chosen === null || RULE_OPTIONS.includes(chosen) ? RULE_OPTIONS : [...RULE_OPTIONS, chosen];
}

function scoreOptions(chosen: number): readonly number[] {
  return SCORES.includes(chosen) ? SCORES : [...SCORES, chosen].toSorted((a, b) => a - b);
}
