import { lazy } from '../lazy.tsx';
import type { LineChartProps } from './line-chart.tsx';
import type { TimeChartProps } from './time-chart.tsx';

/** What draws is one script for all charts: a page that has lines finds it already there when the one before it had bars. */
export const loadPlots = () => import('./plots.ts');
const waiting = () => <i class="bone chart-bone" />;

export const TimeChart = lazy<TimeChartProps>(
  () => loadPlots().then((module) => ({ default: module.TimeChart })),
  waiting,
);
export const LineChart = lazy<LineChartProps>(
  () => loadPlots().then((module) => ({ default: module.LineChart })),
  waiting,
);
