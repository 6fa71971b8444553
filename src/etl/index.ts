export { chooseSchema } from './choose-schema.ts';
export { cleanupJobs } from './cleanup.ts';
export { type Extracted, extractPayload } from './extract/extract.ts';
export { compilePipeline, type Pipeline, runPipeline, TOO_GROWN } from './pipeline.ts';
export { packRejects, unpackRejects } from './rejects.ts';
export { etlRoutes } from './routes.ts';
export type { SchemaPort, TelemetrySchema } from './telemetry-schema.ts';
