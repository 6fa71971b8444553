export type { AnomalyQuestion } from './find.ts';
export { DEFAULT_LIMITS } from './judge.ts';
export { keptAnomalies } from './kept.ts';
export { anomalyRoutes } from './routes.ts';
export { statNames } from './stats.ts';
