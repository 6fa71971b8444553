export { BatchBuilder } from './batch.ts';
export { parseJson } from './json.ts';
export { toLevel } from './level.ts';
export { ingestRoutes, ledgerRoutes, writableStreams } from './routes.ts';
