/** Records per second that Loki's push acknowledges as durable, in both of its encodings. */
import { protocolRow } from './lib/protocol-row.ts';
import type { Row } from './lib/row.ts';

const COMMON = { path: '/loki/api/v1/push', expectStatus: 204, reach: 'none set' };

export async function run(): Promise<Row[]> {
  return [
    await protocolRow({
      ...COMMON,
      name: 'Loki push in protobuf and snappy with five labels',
      contentType: 'application/x-protobuf',
      bodies: 'loki-protobuf',
    }),
    await protocolRow({
      ...COMMON,
      name: 'Loki push in JSON with five labels',
      contentType: 'application/json',
      bodies: 'loki-json',
    }),
  ];
}
