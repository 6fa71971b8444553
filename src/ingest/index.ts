export { BatchBuilder } from './batch.ts';
export { parseJson } from './json.ts';
export { toLevel } from './level.ts';
export { countRefusedKey } from './refused-keys.ts';
export { ingestRoutes, ledgerRoutes, writableStreams } from './routes.ts';
