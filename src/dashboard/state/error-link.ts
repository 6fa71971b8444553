import { isDate } from '../lib/format.ts';
import { hrefOf } from './route.ts';

/** The page of a group of errors, for the time that is shown. */
export function groupHref(fingerprint: string): string {
  return hrefOf(`/errors/${encodeURIComponent(fingerprint)}`, {}, 'frame');
}

/** The page of a session; the time of one of its records leads to the others. */
export function sessionHref(id: string, aroundMs: number): string {
  const around = isDate(aroundMs) ? String(Math.round(aroundMs)) : null;
  return hrefOf(`/sessions/${encodeURIComponent(id)}`, { around }, 'frame');
}
