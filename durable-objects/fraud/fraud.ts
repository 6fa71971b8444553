import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';
import { applySchemaSteps } from '../schema-steps.ts';
import { FRAUD_SCHEMA } from './schema.ts';

export class Fraud extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    applySchemaSteps(ctx.storage, FRAUD_SCHEMA);
  }
}
