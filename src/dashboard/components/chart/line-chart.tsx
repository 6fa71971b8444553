import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { tickTexts } from '../../lib/units.ts';
import { seriesColor } from './chart-colors.ts';
import { bucketAt, fieldsOf, type Limit, type Line, type LineData, type Thresholds, topOf } from './lines.ts';
import { AXIS_FONT, Plot, type PlotFrame } from './plot.tsx';

export interface LineChartProps extends PlotFrame {
  data: LineData;
  thresholds: Thresholds | null;
  limit?: Limit | null;
  /** For shares near one, whose differences a chart from zero would hide. */
  fitsValues?: boolean;
  /** The place of the bucket under the crosshair, null when it left. */
  onHover: (at: number | null) => void;
}

const BOLD_PX = 2.5;
const PLAIN_PX = 1.5;
const POINT_PX = 5;
/** Of a line of the time before. */
const EARLIER_OPACITY = 0.6;
const FIELD_OPACITY = 0.08;
const TONES = ['ok', 'warn', 'bad'] as const;

/** Values as lines, each point in the middle of its bucket; what was not measured is a gap. */
export function LineChart({ data, thresholds, limit = null, fitsValues = false, onHover, ...frame }: LineChartProps) {
  const { lines, times, stepMs, unit } = data;
  const aligned = useMemo<uPlot.AlignedData>(
    () => [times.map((ts) => (ts + stepMs / 2) / 1000), ...lines.map((line) => [...line.values])],
    [times, stepMs, lines],
  );
  const top = topOf(lines, thresholds, limit);
  return (
    <Plot
      {...frame}
      data={aligned}
      colors={[...lines.map(({ color }) => seriesColor(color)), ...TONES]}
      series={(color) => lines.map((line) => seriesOf(line, color[seriesColor(line.color)] ?? ''))}
      y={{
        range: () => (fitsValues ? fitted(lines, top) : [0, top]),
        format: (ticks) => tickTexts(ticks, unit),
        sizePx: 56,
      }}
      {...(thresholds
        ? { below: (plot: uPlot, color: Record<string, string>) => drawFields(plot, thresholds, color) }
        : {})}
      {...(limit
        ? { above: (plot: uPlot, color: Record<string, string>) => drawLimit(plot, limit, color.bad ?? '') }
        : {})}
      onCursor={(atMs) => onHover(atMs === null ? null : bucketAt(times, stepMs, atMs))}
    />
  );
}

function seriesOf(line: Line, color: string): uPlot.Series {
  return {
    stroke: color,
    width: line.bold ? BOLD_PX : PLAIN_PX,
    ...(line.earlier ? { dash: [5, 4], alpha: EARLIER_OPACITY } : {}),
    // A value between two gaps has no line that would show it.
    points: { show: false, size: POINT_PX, fill: color, filter: () => alone(line.values) },
  };
}

function alone(values: readonly (number | null)[]): number[] {
  return values.flatMap((value, i) =>
    value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : [],
  );
}

function fitted(lines: readonly Line[], top: number): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const { values } of lines)
    for (const value of values) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (low > high) return [0, top];
  const room = (high - low || high || 1) * 0.1;
  return [Math.max(0, low - room), high + room];
}

/** A dashed line with its word above it, or below where there is no room. */
function drawLimit(plot: uPlot, { value, word }: Limit, color: string): void {
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio || 1;
  const y = plot.valToPos(value, 'y', true);
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = 1.5 * scale;
  ctx.setLineDash([6 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.textAlign = 'right';
  ctx.font = AXIS_FONT.replace('11', String(11 * scale));
  const fits = y - bbox.top > 16 * scale;
  ctx.textBaseline = fits ? 'bottom' : 'top';
  ctx.fillText(word, bbox.left + bbox.width - 4 * scale, y + (fits ? -3 : 3) * scale);
  ctx.restore();
}

/** Fields of the thresholds in their colours, each with its word at the right end. */
function drawFields(plot: uPlot, thresholds: Thresholds, color: Record<string, string>): void {
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio || 1;
  const top = plot.scales.y?.max ?? 0;
  ctx.save();
  ctx.textAlign = 'right';
  ctx.font = AXIS_FONT.replace('11', String(11 * scale));
  for (const { tone, word, from, to } of fieldsOf(thresholds, top)) {
    const y = plot.valToPos(to, 'y', true);
    const height = plot.valToPos(from, 'y', true) - y;
    ctx.fillStyle = color[tone] ?? '';
    ctx.globalAlpha = FIELD_OPACITY;
    ctx.fillRect(bbox.left, y, bbox.width, height);
    ctx.globalAlpha = 1;
    if (from > 0) {
      ctx.strokeStyle = color[tone] ?? '';
      ctx.lineWidth = scale;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y + height);
      ctx.lineTo(bbox.left + bbox.width, y + height);
      ctx.stroke();
    }
    if (height < 16 * scale) continue;
    ctx.textBaseline = 'bottom';
    ctx.fillText(word, bbox.left + bbox.width - 4 * scale, y + height - 3 * scale);
  }
  ctx.restore();
}
