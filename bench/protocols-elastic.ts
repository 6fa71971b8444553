/** Records per second that `_bulk` acknowledges as durable. */
import { protocolRow } from './lib/protocol-row.ts';
import type { Row } from './lib/row.ts';

export async function run(): Promise<Row[]> {
  return [
    await protocolRow({
      name: 'Elasticsearch `_bulk`',
      // What Filebeat asks for of the answer.
      path: '/_bulk?filter_path=errors,items.*.error,items.*.status',
      contentType: 'application/x-ndjson',
      bodies: 'bulk',
      expectStatus: 200,
      reach: 'none set',
    }),
  ];
}
