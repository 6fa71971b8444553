import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';

/** Decides which rules of one project fire. */
export class Alerts extends DurableObject<Env> {}
