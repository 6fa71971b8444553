/** OTLP log exports as an instrumented payments service sends them: ten attributes a record, from a fixed seed. */
import { encodeOtlp } from '../../test/helpers/worker/otlp-encode.ts';
import type { LoadBody } from './load-bodies.ts';
import { random } from './records.ts';

const GATEWAYS = ['venmo', 'cashapp', 'paypal', 'zelle', 'wise', 'revolut'];
const ROUTES = ['/api/p2p/transfer', '/api/p2p/balance', '/api/profile', '/api/wagers', '/api/session'];
const RESOURCE = {
  'service.name': 'payments',
  'service.version': '4.18.2',
  'deployment.environment.name': 'production',
  'host.name': 'edge-17',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '2.12.1',
};

/** 2023, nineteen digits: replaced in place, so that no body repeats another. */
const FIRST_TIME_NANOS = 1_700_000_000_000_000_000n;

export function makeOtlpBodies(encoding: 'json' | 'protobuf', count: number, perBody: number): LoadBody[] {
  const next = random(7);
  return Array.from({ length: count }, () => {
    const logRecords = Array.from({ length: perBody }, (_, i) => makeLog(next, i));
    const attributes = Object.entries(RESOURCE).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const scopeLogs = [{ scope: { name: 'payments-logger', version: '1.4.0' }, logRecords }];
    const request = { resourceLogs: [{ resource: { attributes }, scopeLogs }] };
    const json = encoding === 'json';
    const bytes = Buffer.from(json ? JSON.stringify(request) : encodeOtlp('logs', request));
    const timeAt = bytes.indexOf(json ? String(FIRST_TIME_NANOS) : littleEndian(FIRST_TIME_NANOS));
    const mark = (body: Buffer, serial: number): void => {
      const nanos = FIRST_TIME_NANOS + BigInt(serial) * 1_000_000n;
      if (json) body.write(String(nanos), timeAt, 'latin1');
      else body.set(littleEndian(nanos), timeAt);
    };
    return { bytes, mark };
  });
}

function littleEndian(nanos: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(nanos);
  return bytes;
}

function makeLog(next: () => number, index: number) {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');
  const failed = next() < 0.04;
  const nanos = String(FIRST_TIME_NANOS + BigInt(index) * 3_000_000n);
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const whole = (key: string, value: number) => ({ key, value: { intValue: value } });
  return {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber: failed ? 17 : 9,
    severityText: failed ? 'ERROR' : 'INFO',
    body: { stringValue: `${pick(GATEWAYS)} transfer ref=${hex(10)} settled in ${Math.floor(next() * 900)} ms` },
    attributes: [
      text('http.request.method', 'POST'),
      text('http.route', pick(ROUTES)),
      whole('http.response.status_code', failed ? 502 : 200),
      text('enduser.id', `u${Math.floor(next() * 100_000)}`),
      text('payment.gateway', pick(GATEWAYS)),
      whole('payment.amount_cents', Math.floor(next() * 250_000)),
      text('cloud.region', pick(['eu-west-1', 'us-east-1', 'ap-south-1'])),
      { key: 'duration.ms', value: { doubleValue: Math.round(next() * 900_000) / 1_000 } },
      text('client.address', `10.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}.7`),
      { key: 'payment.retried', value: { boolValue: failed } },
    ],
    traceId: hex(32),
    spanId: hex(16),
  };
}
