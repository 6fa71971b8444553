/** Records per second that POST /v1/logs acknowledges as durable, in both encodings of OTLP. */
import { protocolRow } from './lib/protocol-row.ts';
import type { Row } from './lib/row.ts';

const COMMON = { path: '/v1/logs', expectStatus: 200, reach: '≥ 40,000/s' };

export async function run(): Promise<Row[]> {
  return [
    await protocolRow({
      ...COMMON,
      name: 'OTLP logs in protobuf with ten attributes',
      contentType: 'application/x-protobuf',
      bodies: 'otlp-protobuf',
    }),
    await protocolRow({
      ...COMMON,
      name: 'OTLP logs in JSON with ten attributes',
      contentType: 'application/json',
      bodies: 'otlp-json',
    }),
  ];
}
