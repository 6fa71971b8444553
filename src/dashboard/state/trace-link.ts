import { isDate } from '../lib/format.ts';
import { hrefOf } from './route.ts';

/** The page of a trace; the time of one of its records makes finding the others faster. */
export function traceHref(traceId: string, aroundMs: number): string {
  return hrefOf('/traces', { trace: traceId, around: isDate(aroundMs) ? String(aroundMs) : null }, 'frame');
}
