/**
 * Cloudflare's list prices of the Workers Paid plan in US dollars, as its documentation says them (github.com/cloudflare/cloudflare-docs at the commits
 * below, read 2026-11-28; look there before you rely on them):
 * workers/platform/pricing.mdx 07acbb6, durable-objects-pricing.mdx 07e200b, d1-pricing.mdx 25a83ce, r2/pricing.mdx 07ec87d.
 */
export interface Price {
  what: string;
  unit: string;
  /** For one unit beyond what is included. */
  dollars: number;
  /** Units a month that the plan, or R2's free tier, includes. */
  included: number;
}

export const PLAN_DOLLARS_A_MONTH = 5;

const MILLION = 1e6;
const GB = 1e9;
/** "Duration billing charges for the 128 MB of memory your Durable Object is allocated." */
export const OBJECT_GB = 0.128;

export const PRICES = {
  workerRequests: { what: 'requests of the Worker', unit: 'request', dollars: 0.3 / MILLION, included: 10 * MILLION },
  workerCpuMs: { what: 'CPU of the Worker', unit: 'ms', dollars: 0.02 / MILLION, included: 30 * MILLION },
  objectRequests: { what: 'calls and alarms of objects', unit: 'call', dollars: 0.15 / MILLION, included: MILLION },
  objectGbSeconds: { what: 'duration of objects', unit: 'GB-s', dollars: 12.5 / MILLION, included: 400_000 },
  objectRowsRead: { what: 'rows read in objects', unit: 'row', dollars: 0.001 / MILLION, included: 25_000 * MILLION },
  objectRowsWritten: { what: 'rows written in objects', unit: 'row', dollars: 1 / MILLION, included: 50 * MILLION },
  d1RowsRead: { what: 'rows read in D1', unit: 'row', dollars: 0.001 / MILLION, included: 25_000 * MILLION },
  d1RowsWritten: { what: 'rows written in D1', unit: 'row', dollars: 1 / MILLION, included: 50 * MILLION },
  d1ByteMonths: { what: 'storage of D1', unit: 'byte-month', dollars: 0.75 / GB, included: 5 * GB },
  r2ClassA: { what: 'writes and lists of R2', unit: 'call', dollars: 4.5 / MILLION, included: MILLION },
  r2ClassB: { what: 'reads of R2', unit: 'call', dollars: 0.36 / MILLION, included: 10 * MILLION },
  r2ByteMonths: { what: 'storage of R2', unit: 'byte-month', dollars: 0.015 / GB, included: 10 * GB },
} as const satisfies Record<string, Price>;
export type Metric = keyof typeof PRICES;
