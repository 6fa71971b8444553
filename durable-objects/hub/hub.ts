import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';
import type { Publication } from '../../src/journal/index.ts';

export class Hub extends DurableObject<Env> {
  publish(_publication: Publication): { attached: boolean } {
    return { attached: false };
  }
}
