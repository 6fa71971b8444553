export type { DataType } from '../../wire/etl.ts';
export { extractorFor, extractPayload } from './payload.ts';
export type { Extracted } from './unit.ts';
