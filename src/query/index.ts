export { cleanQueryCache } from './cached.ts';
export type { CellAnswer, CellQuestion, LabelFilter } from './cells/question.ts';
export { readCells } from './cells/read.ts';
export { type CellSeries, seriesOf } from './cells/series.ts';
export type { SummedCell } from './cells/sums.ts';
export { compileQuery } from './compile.ts';
export { metricRoutes } from './metric-routes.ts';
export { queryRoutes } from './routes.ts';
export { traceRoutes } from './trace-routes.ts';
