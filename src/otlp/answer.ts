import type { IngestAnswer } from '../wire/ingest.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { SIGNALS, type Signal } from './signals.ts';

/** How a request speaks, and so its answer. */
export type Encoding = 'json' | 'protobuf';

export const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** Null for what OTLP/HTTP does not have. */
export function encodingOf(contentType: string | undefined): Encoding | null {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-protobuf' || type === 'application/protobuf' ? 'protobuf' : null;
}

/** Export{Logs,Metrics,Trace}ServiceResponse: empty where all was taken, else a partial success that the client must not repeat. */
export function exportResponse(signal: Signal, answer: IngestAnswer, encoding: Encoding): string | Uint8Array {
  const errorMessage = messageOf(signal, answer);
  if (encoding === 'json') {
    if (errorMessage === null) return '{}';
    // 64 bits are text in protobuf's JSON.
    const partialSuccess = { [SIGNALS[signal].rejected]: String(answer.rejected), errorMessage };
    return JSON.stringify({ partialSuccess });
  }
  if (errorMessage === null) return new Uint8Array(0);
  const partial = new ProtobufWriter().varint(1, answer.rejected).text(2, errorMessage);
  return new ProtobufWriter().message(1, partial).bytes();
}

function messageOf(signal: Signal, { received, rejected, errors }: IngestAnswer): string | null {
  if (received === 0) return `the request holds no ${SIGNALS[signal].items}: nothing was stored`;
  if (rejected === 0) return null;
  return `${rejected} of ${received} rejected. ${firstReason(errors)}`;
}

/** Of what was rejected, as a sentence. */
export function firstReason(errors: IngestAnswer['errors']): string {
  const first = errors[0];
  return first ? `The first is number ${first.index}: ${first.pointer} ${first.reason}` : '';
}
