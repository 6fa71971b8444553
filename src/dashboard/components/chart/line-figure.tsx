import { useMemo, useState } from 'preact/hooks';
import type { Release } from '../../../wire/error-groups.ts';
import { dateTime } from '../../lib/format.ts';
import { NARROW, useMedia } from '../use-media.ts';
import { FigureFrame } from './chart-figure.tsx';
import { ExportMenu } from './export-menu.tsx';
import { LineChart, loadPlots } from './lazy-plots.tsx';
import { spanText } from './level-chart.tsx';
import {
  isEmpty,
  type Limit,
  type Line,
  type LineData,
  lineRows,
  linesInWords,
  readout,
  type Thresholds,
} from './lines.ts';
import type { Note } from './notes.ts';
import { ReleaseList } from './release-list.tsx';

// Asked for before the questions of the page: a browser waits for one of six answers before it asks an HTTP/1 server for a seventh.
loadPlots().catch((error: unknown) => console.error(error));

const NO_RELEASES: readonly Release[] = [];
const NO_NOTES: readonly Note[] = [];

interface LineFigureProps {
  /** Such as "LCP, 75th percentile": the start of its description, and the name of what is exported. */
  title: string;
  /** null while loading. `times`, `lines` and their values are drawn anew when they are other arrays: memoise them. */
  data: LineData | null;
  fromMs: number;
  toMs: number;
  heightPx: number;
  /** Ids of the lines that the reader has switched off. */
  hidden: ReadonlySet<string>;
  onHidden: (hidden: ReadonlySet<string>) => void;
  onZoom: (fromMs: number, toMs: number) => void;
  thresholds?: Thresholds | null;
  /** Memoise it as the data. */
  limit?: Limit | null;
  releases?: readonly Release[];
  /** Listed beside the chart too: here they are only for who sees. */
  notes?: readonly Note[];
  /** For shares near one, whose differences a chart from zero would hide. */
  fitsValues?: boolean;
  /** Older than what was asked for. */
  stale?: boolean;
  onRetry?: (() => void) | null;
  /** In place of lines where nothing was measured. */
  none?: string;
  /** Lines of the legend that are kept free from the start. On narrow screens there are always two. */
  legendRows?: 1 | 2;
}

/** Values over time: lines with a legend that switches them, thresholds, releases, export. One implementation for every page. */
export function LineFigure(props: LineFigureProps) {
  const { title, data, heightPx, hidden, onHidden, thresholds = null, releases = NO_RELEASES, onRetry = null } = props;
  const { fromMs, toMs, onZoom, fitsValues = false, notes = NO_NOTES, limit = null } = props;
  const narrow = useMedia(NARROW);
  const [hover, setHover] = useState<number | null>(null);
  const shown = useMemo(
    () => (data ? { ...data, lines: data.lines.filter(({ id }) => !hidden.has(id)) } : null),
    [data, hidden],
  );
  const inRange = useMemo(() => releases.filter(({ atMs }) => atMs >= fromMs && atMs < toMs), [releases, fromMs, toMs]);
  const hoverTs = hover === null ? null : (data?.times[hover] ?? null);
  const empty = data !== null && isEmpty(data.lines);
  return (
    <FigureFrame
      caption={
        data === null
          ? onRetry
            ? '\u00a0'
            : 'Loading'
          : hoverTs === null
            ? `Points of ${spanText(data.stepMs)}`
            : `${dateTime(hoverTs)} + ${spanText(data.stepMs)}`
      }
      legend={
        data
          ? data.lines.map((line) => (
              <LegendSwitch
                key={line.id}
                line={line}
                off={hidden.has(line.id)}
                value={readout(line, hoverTs === null ? null : hover, data.unit)}
                onSwitch={(only) => onHidden(switched(data.lines, hidden, line.id, only))}
              />
            ))
          : null
      }
      legendWraps
      legendRows={props.legendRows ?? (narrow ? 2 : 1)}
      tools={<ExportMenu title={title} rows={shown && !empty ? () => lineRows(shown) : null} picture />}
      stale={props.stale ?? false}
      waiting={data === null && onRetry === null}
      onRetry={onRetry}
      heightPx={heightPx}
    >
      {shown && !empty ? (
        <LineChart
          label={linesInWords(title, shown, thresholds, limit)}
          data={shown}
          thresholds={thresholds}
          limit={limit}
          fitsValues={fitsValues}
          releases={inRange}
          notes={notes}
          {...{ fromMs, toMs, heightPx, onZoom }}
          onHover={setHover}
        />
      ) : null}
      {empty ? <p class="chart-none">{props.none ?? 'Nothing was measured in this time.'}</p> : null}
      <ReleaseList releases={inRange} />
    </FigureFrame>
  );
}

interface LegendSwitchProps {
  line: Line;
  off: boolean;
  value: { text: string; exact: string };
  onSwitch: (only: boolean) => void;
}

function LegendSwitch({ line, off, value, onSwitch }: LegendSwitchProps) {
  return (
    <button
      type="button"
      class={`legend-item legend-switch${off ? ' is-off' : ''}`}
      aria-pressed={!off}
      title={`${line.label}: ${value.exact}. Click to ${off ? 'show' : 'hide'} it, with Shift to see only this`}
      onClick={(event) => onSwitch(event.shiftKey)}
    >
      <i
        class={`swatch-line${line.earlier ? ' swatch-earlier' : ''}${line.bold ? ' swatch-bold' : ''}`}
        style={{ color: `var(--chart-${line.color})` }}
        aria-hidden="true"
      />
      <bdi class="clip">{line.label}</bdi> <span class="num">{value.text}</span>
    </button>
  );
}

/** With `only`, all others go, and come back when it is asked for again. */
function switched(lines: readonly Line[], hidden: ReadonlySet<string>, id: string, only: boolean): ReadonlySet<string> {
  if (only) {
    const others = lines.map((line) => line.id).filter((other) => other !== id);
    const alone = !hidden.has(id) && others.every((other) => hidden.has(other));
    return new Set(alone ? [] : others);
  }
  const next = new Set(hidden);
  if (!next.delete(id)) next.add(id);
  return next;
}
