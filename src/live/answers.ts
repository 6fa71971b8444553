import type { IngestAnswer, Rejection } from '../wire/ingest.ts';
import { type LiveError, liveProblem } from './errors.ts';

const ONE_STORED = ',"received":1,"stored":1,"duplicate":0,"rejected":0}';

/** Written by concatenation, because this is done for every frame that comes in. `idJson` is JSON already. */
export function storedFrame(
  idJson: string,
  received: number,
  rejected: number,
  errors: readonly Rejection[] | null,
): string {
  if (received === 1 && rejected === 0) return `{"type":"ACK","id":${idJson}${ONE_STORED}`;
  const tail = errors === null ? '}' : `,"errors":${JSON.stringify(errors)}}`;
  return `{"type":"ACK","id":${idJson},"received":${received},"stored":${received - rejected},"duplicate":0,"rejected":${rejected}${tail}`;
}

/** Several frames of one client that were stored whole; it counts by `ids`. */
export function gatheredFrame(idsJson: string, received: number): string {
  return `{"type":"ACK","id":null,"ids":[${idsJson}],"received":${received},"stored":${received},"duplicate":0,"rejected":0}`;
}

/** The answer that an earlier frame with the same batchId got. */
export function replayedFrame(idJson: string, { received, stored, duplicate, rejected, errors }: IngestAnswer): string {
  const listed = errors.length > 0 ? `,"errors":${JSON.stringify(errors)}` : '';
  return `{"type":"ACK","id":${idJson},"received":${received},"stored":${stored},"duplicate":${duplicate},"rejected":${rejected}${listed},"replayed":true}`;
}

export function errorFrame(idJson: string, error: LiveError): string {
  const { code, detail, retryAfterSeconds } = liveProblem(error);
  const id = idJson === 'null' ? '' : `"id":${idJson},`;
  const retry = retryAfterSeconds === undefined ? '' : `,"retryAfterSeconds":${retryAfterSeconds}`;
  return `{"type":"ERROR",${id}"code":"${code}","message":${JSON.stringify(detail)}${retry}}`;
}

export function subscribedFrame(
  idJson: string,
  topics: readonly string[],
  cursor: string,
  presence: Record<string, number> | null,
): string {
  const id = idJson === 'null' ? '' : `"id":${idJson},`;
  const counts = presence === null ? '' : `,"presence":${JSON.stringify(presence)}`;
  return `{"type":"SUBSCRIBED",${id}"topics":${JSON.stringify(topics)},"cursor":"${cursor}"${counts}}`;
}

export function unsubscribedFrame(idJson: string, topics: readonly string[]): string {
  const id = idJson === 'null' ? '' : `"id":${idJson},`;
  return `{"type":"UNSUBSCRIBED",${id}"topics":${JSON.stringify(topics)}}`;
}
