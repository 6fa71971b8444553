import { DurableObject } from 'cloudflare:workers';
import { createApp } from '../../../src/app.ts';

export class Hub extends DurableObject {}
export class Journal extends DurableObject {}
const app = createApp();
export default { fetch: app.fetch };
