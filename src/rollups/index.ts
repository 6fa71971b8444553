export {
  buildMinutes,
  foldValues,
  MAX_LABELS_LISTED,
  type MetricInfo,
  MINUTE_MS,
  type Resolution,
} from './build.ts';
export { type Cell, cellOf, emptyCell, mergeCell, percentile } from './cell.ts';
export { foldRollups } from './fold.ts';
export { type MetricPoint, type MetricType, OTHER } from './point.ts';
export { forgetRollups, MINUTE_ROWS_KEPT_MS } from './retention.ts';
export { pointsOf, seriesOf, storeSealedMetrics } from './seal.ts';
export { readMetrics, readRollups } from './store.ts';
