export { type AnomalyQuestion, type FoundAnomalies, findAnomalies } from './find.ts';
export { DEFAULT_LIMITS, type Limits } from './judge.ts';
export { anomalyRoutes } from './routes.ts';
