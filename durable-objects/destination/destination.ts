import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';

/** A webhook receiver: its queue, its breaker, its DNS record (DESIGN 2). */
export class Destination extends DurableObject<Env> {}
