import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../src/env.ts';
import type { Publication } from '../../src/journal/index.ts';

/** Decides which rules of one project fire. */
export class Alerts extends DurableObject<Env> {
  /** From a journal. False: nobody listens, stop publishing. It has no rules yet. */
  async publish(_: Publication): Promise<{ attached: boolean }> {
    return { attached: false };
  }
}
