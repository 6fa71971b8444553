import { type DestinationHealth, MAX_RECENT_DEAD_LETTERS } from '../../../../wire/delivery.ts';
import { Stat } from '../../../components/stat.tsx';
import { ms } from '../../../lib/delivery-words.ts';
import { compact, duration, exact, percent, plural } from '../../../lib/format.ts';
import { failureTone } from '../../../lib/pulse-parts.ts';
import { ticking } from '../../../state/clock.ts';

/** Null where it is not known how it does. */
export function HealthFigures({ health }: { health: DestinationHealth | null }) {
  const of = (value: (health: DestinationHealth) => string): string => (health ? value(health) : '–');
  const note = (text: string, bad = false) => ({ trend: { text, tone: bad ? ('bad' as const) : ('plain' as const) } });
  const isBad = health !== null && failureTone(health.failureRate) === 'bad';
  return (
    <div class="stats destination-stats">
      <Stat
        label="Failing"
        value={of(({ failureRate }) => (failureRate === null ? 'no calls' : percent(failureRate)))}
        {...(health ? note(`${exact(health.window.failed)} of ${plural(health.window.calls, 'call')}`, isBad) : {})}
        tone="plain"
      />
      <Stat
        label="Answer time, p95"
        value={of(({ p95Ms }) => ms(p95Ms))}
        {...(health ? note(`p50 ${ms(health.p50Ms)}, p99 ${ms(health.p99Ms)}`) : {})}
        tone="plain"
      />
      <Stat
        label="Slow calls"
        value={of(({ slowCallRate }) => (slowCallRate === null ? 'no calls' : percent(slowCallRate)))}
        {...(health ? note(`${exact(health.window.slow)} in the window`) : {})}
        tone="plain"
      />
      <Stat
        label="Waiting"
        value={of(({ backlog }) => compact(backlog))}
        {...(health?.oldestQueuedAtMs
          ? note(`the oldest for ${duration(ticking.value - health.oldestQueuedAtMs)}`, true)
          : note('nothing is late'))}
        tone="plain"
      />
      <Stat
        label="Dead letters"
        value={of(({ deadLetters }) => compact(deadLetters))}
        {...(health && health.deadLetters > 0
          ? note(
              health.recentDeadLetters > 0
                ? `${recentOf(health.recentDeadLetters)} in the last hour`
                : 'can be replayed',
              true,
            )
          : note('none is lost'))}
        tone="plain"
      />
      <Stat
        label="Quick retries left"
        value={of(({ retryBudget }) => compact(Math.floor(retryBudget.left)))}
        {...(health ? note(`of ${compact(health.retryBudget.most)}`) : {})}
        tone="plain"
      />
    </div>
  );
}

function recentOf(deadLetters: number): string {
  return deadLetters === MAX_RECENT_DEAD_LETTERS ? `${exact(deadLetters)} or more` : exact(deadLetters);
}
