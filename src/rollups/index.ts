export {
  buildMinutes,
  foldValues,
  MAX_LABELS_LISTED,
  type MetricInfo,
  MINUTE_MS,
  RESOLUTIONS,
  type Resolution,
  TOP_VALUES,
} from './build.ts';
export { type Cell, cellOf, emptyCell, mergeCell, percentile } from './cell.ts';
export { foldRollups } from './fold.ts';
export { METRIC_TYPES, type MetricPoint, type MetricType, OTHER } from './point.ts';
export { forgetRollups, MINUTE_ROWS_KEPT_MS } from './retention.ts';
export { pointsOf, seriesOf, storeSealedMetrics } from './seal.ts';
export { type ReadRange, type ReadRollups, readMetrics, readRollups } from './store.ts';
