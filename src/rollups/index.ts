export {
  addPoint,
  buildMinutes,
  foldValues,
  MAX_LABELS_LISTED,
  type MetricInfo,
  MINUTE_MS,
  type Resolution,
} from './build.ts';
export {
  addValue,
  type Cell,
  type CellRow,
  cellOf,
  cellRow,
  emptyCell,
  mergeCell,
  percentile,
  percentiles,
  sumOfRows,
} from './cell.ts';
export { foldRollups } from './fold.ts';
export { ALL_ERRORS } from './points/error.ts';
export { OTHER, SERVICE } from './points/labels.ts';
export { BYTES_SUFFIX, FAILED, SUCCEEDED } from './points/operation.ts';
export { isSummedUp, type MetricPoint, type MetricType, type RollupStream } from './points/point.ts';
export { pointsIn, pointsOf, seriesOf } from './points/read.ts';
export { type RowRange, readMetrics, readRollups } from './read-store.ts';
export { forgetRollups, HOUR_ROWS_KEPT_MS, MINUTE_ROWS_KEPT_MS } from './retention.ts';
export { bound } from './row.ts';
export { type Register, storeSummedUp } from './seal.ts';
export { UNSEALED, unsealedArgs } from './seal-store.ts';
export type { Sketch } from './sketch.ts';
