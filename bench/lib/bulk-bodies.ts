/** `_bulk` bodies as Filebeat and Vector send the records of records.ts: names of the Elastic Common Schema, an action before each document. */
import type { LoadBody } from './load-bodies.ts';
import { makeRecord, random } from './records.ts';
import { markedBody, SERIAL_MARK } from './serial.ts';

const ACTION = '{"create":{"_index":"logs-payments-production"}}\n';

export function makeBulkBodies(count: number, perBody: number): LoadBody[] {
  const next = random(11);
  let ts = 1_790_000_000_000;
  return Array.from({ length: count }, () => {
    let body = '';
    for (let i = 0; i < perBody; i++) {
      ts += 3;
      const { level, service, message, attrs } = makeRecord(next, ts);
      const document = {
        '@timestamp': new Date(ts).toISOString(),
        message: i === 0 ? `${message} ${SERIAL_MARK}` : message,
        'log.level': level,
        'service.name': service,
        ...attrs,
      };
      body += `${ACTION}${JSON.stringify(document)}\n`;
    }
    return markedBody(Buffer.from(body));
  });
}
