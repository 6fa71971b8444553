import type { Json } from '../wire/record.ts';
import { type Check, compileLoad, compileRules } from './rules.ts';
import type { EtlSchema } from './schema.ts';
import { compileTransformations, type Transform } from './transform/transform.ts';

/** What happens to each value on its way, by a schema. Each changes the value itself, or says why it cannot. Never throws. */
export interface Pipeline {
  transform: Transform;
  load: Check;
  validate: Check;
}

/** `reference` is the project's key for masked values; '' where the schema masks none by hash. */
export function compilePipeline(schema: EtlSchema, reference: string): Pipeline {
  return {
    transform: compileTransformations(schema.transformations, reference),
    load: compileLoad(schema),
    validate: compileRules(schema.fields),
  };
}

/** Of records that would make their batch larger than one may be. */
export const TOO_GROWN = 'the records before it have grown too large by the schema';

/** The schema of those who have none. */
export const NO_SCHEMA: EtlSchema = { transformations: [], fields: [], unknownFields: 'keep' };

/** For callers that count no steps. */
export function runPipeline(pipeline: Pipeline, value: Json, nowMs: number): ReturnType<Check> {
  return pipeline.transform(value, nowMs) ?? pipeline.load(value) ?? pipeline.validate(value);
}
