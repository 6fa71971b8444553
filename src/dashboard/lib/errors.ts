import type { ApiError } from '../api/http.ts';

/** One sentence for a reader. The server's own words win. */
export function sentence(error: ApiError): string {
  switch (error.kind) {
    case 'network':
      return 'The server could not be reached. Check the connection.';
    case 'aborted':
      return 'Stopped.';
    case 'problem': {
      const wait = error.retryAfterSeconds === null ? '' : ` Try again in ${error.retryAfterSeconds} s.`;
      return `${error.detail}${wait}`;
    }
  }
}

/** How long the server asks to wait because too much was asked of it; null for every other error. */
export function limitedForSeconds(error: ApiError): number | null {
  return error.kind === 'problem' && error.status === 429 ? error.retryAfterSeconds : null;
}

/** The reason that belongs to one field of a form or to an entry of it (`/origins/1`), if the server gave one. */
export function fieldReason(error: ApiError | null, field: string): string | null {
  if (error?.kind !== 'problem') return null;
  const found = error.errors.find(({ pointer }) => within(pointer, field));
  return found ? asSentence(found.reason) : null;
}

/** Reasons of the server are parts of a sentence. */
export function asSentence(reason: string): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/** Whether every reason has its place beside one of these fields, so that none is lost without a general sentence. */
export function isPlaced(error: ApiError, fields: readonly string[]): boolean {
  if (error.kind !== 'problem' || error.errors.length === 0) return false;
  return error.errors.every(({ pointer }) => fields.some((field) => within(pointer, field)));
}

function within(pointer: string, field: string): boolean {
  return pointer === field || pointer.startsWith(`${field}/`);
}

export interface QueryFault {
  position: number;
  length: number;
  reason: string;
}

/** Where a search is wrong, when that is what the server complains about. */
export function queryFault(error: ApiError | null): QueryFault | null {
  if (error?.kind !== 'problem' || error.code !== 'invalid_query') return null;
  const entry = error.errors.find((e) => e.pointer === '/q') ?? error.errors[0];
  return { position: entry?.position ?? 0, length: entry?.length ?? 1, reason: entry?.reason || error.detail };
}
