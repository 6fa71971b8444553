import { useMemo } from 'preact/hooks';
import type { Release } from '../../../wire/error-groups.ts';
import { VITAL_THRESHOLDS, type VitalsSummary } from '../../../wire/vitals.ts';
import { Button } from '../../components/button.tsx';
import { LineFigure } from '../../components/chart/line-figure.tsx';
import { LABEL_WORDS } from '../../lib/label-filters.ts';
import type { Span } from '../../lib/range.ts';
import { useHiddenLines } from '../../state/hidden-lines.ts';
import { setRange } from '../../state/range.ts';
import { setParams } from '../../state/route.ts';
import { ScopeLine } from './scope-note.tsx';
import { percentileLines, splitLines } from './trend-lines.ts';
import type { Vitals } from './use-vitals.ts';
import type { View } from './view.ts';
import { VITAL_NAMES } from './words.ts';

/** They lie so far above that the others would be flat. */
const HIDDEN_AT_FIRST: readonly string[] = ['p95', 'p99'];
const NONE_HIDDEN: readonly string[] = [];

interface TrendProps {
  vitals: Vitals;
  view: View;
  summary: VitalsSummary | null;
  period: Span;
  releases: readonly Release[];
  heightPx: number;
}

/** The chosen vital over time. */
export function Trend({ vitals, view, summary, period, releases, heightPx }: TrendProps) {
  const { vital, compare, split, by } = view;
  const { trend, before, beforeMs, breakdown } = vitals;
  const [hidden, setHidden] = useHiddenLines(split ? NONE_HIDDEN : HIDDEN_AT_FIRST);
  const item = summary?.items.find(({ name }) => name === vital) ?? null;
  const earlier = compare ? before.data : null;
  const shown = trend.data?.by === (split ? by : null) ? trend.data : null;
  // Lines that are not by its values do not change with it.
  const values = split ? breakdown.data : null;
  const data = useMemo(() => {
    if (shown === null) return null;
    if (shown.by !== null) return splitLines(shown, values);
    return percentileLines(shown, item, earlier && { answer: earlier, shiftMs: beforeMs });
  }, [shown, item, earlier, beforeMs, values]);
  return (
    <section class="card panel" aria-label={`${vital} over time`}>
      <header class="vitals-head">
        <h2>{vital} over time</h2>
        <span class="clip faint">{VITAL_NAMES[vital]}</span>
        <span class="grow" />
        <Button
          small
          pressed={split}
          title={`A line for each value: ${LABEL_WORDS[by].toLowerCase()}, as chosen under Who is affected`}
          onClick={() => setParams({ split: split ? null : '1', hide: null })}
        >
          {`Split by ${LABEL_WORDS[by].toLowerCase()}`}
        </Button>
        <Button
          small
          pressed={compare}
          title="Compare with the time before (c)"
          onClick={() => setParams({ compare: compare ? null : '1', ...(split ? { split: null, hide: null } : {}) })}
        >
          Compare
        </Button>
      </header>
      <LineFigure
        title={split ? `${vital} p75 by ${LABEL_WORDS[by].toLowerCase()} over time` : `${vital} over time`}
        data={data}
        {...period}
        heightPx={heightPx}
        {...(split ? { legendRows: 2 as const } : {})}
        hidden={hidden}
        onHidden={setHidden}
        thresholds={VITAL_THRESHOLDS[vital]}
        releases={releases}
        stale={trend.loading && shown !== null}
        onRetry={trend.error ? trend.reload : before.error && compare ? before.reload : null}
        none={`No ${vital} was measured in this time.`}
        onZoom={(fromMs, toMs) => setRange({ kind: 'fixed', fromMs, toMs })}
      />
      <ScopeLine scope={summary} />
    </section>
  );
}
