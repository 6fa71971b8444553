export { BatchBuilder } from './batch.ts';
export { parseJson } from './json.ts';
export { toLevel } from './level.ts';
export { type Defaults, isRefusal, type Normalised, normalise } from './normalise.ts';
export { ingestRoutes, ledgerRoutes, writableStreams } from './routes.ts';
