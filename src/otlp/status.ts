import type { Encoding } from './answer.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** A refusal, as its problem+json has it. */
export interface Refusal {
  status: number;
  code: string;
  detail: string;
  requestId: string;
}

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const DOMAIN = 'breakwater.dev';

/** google.rpc.Code by HTTP status (google/rpc/code.proto names the pairs; 13 is INTERNAL). */
const RPC_CODES: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [401, 16],
  [403, 7],
  [404, 5],
  [405, 12],
  [409, 10],
  [413, 3],
  [415, 3],
  [422, 9],
  [429, 8],
  [502, 14],
  [503, 14],
]);

/** google.rpc.Status, which OTLP has for every answer of 4xx and 5xx; our code and the request's id are in its ErrorInfo. */
export function statusBody({ status, code, detail, requestId }: Refusal, encoding: Encoding): string | Uint8Array {
  const rpcCode = RPC_CODES.get(status) ?? 13;
  if (encoding === 'json') {
    const info = { '@type': ERROR_INFO, reason: code, domain: DOMAIN, metadata: { requestId } };
    return JSON.stringify({ code: rpcCode, message: detail, details: [info] });
  }
  const metadata = new ProtobufWriter().text(1, 'requestId').text(2, requestId);
  const info = new ProtobufWriter().text(1, code).text(2, DOMAIN).message(3, metadata);
  const any = new ProtobufWriter().text(1, ERROR_INFO).message(2, info);
  return new ProtobufWriter().varint(1, rpcCode).text(2, detail).message(3, any).bytes();
}
