/** What the load generator sends: bodies of each protocol, from a fixed seed so that every run sends the same. */
import { makeBeaconBodies } from './beacon-bodies.ts';
import { makeBulkBodies } from './bulk-bodies.ts';
import { makeLokiBodies } from './loki-bodies.ts';
import { makeOtlpBodies } from './otlp-bodies.ts';
import { makeBodies } from './records.ts';

export interface LoadBody {
  bytes: Buffer;
  /** Makes a copy of the bytes one that no other number makes. */
  mark: (copy: Buffer, serial: number) => void;
}

const MAKERS = {
  ndjson: (perBody) => makeBodies(64, perBody, 1_790_000_000_000).map((bytes) => ({ bytes, mark: markNdjson })),
  'otlp-json': (perBody) => makeOtlpBodies('json', 32, perBody),
  'otlp-protobuf': (perBody) => makeOtlpBodies('protobuf', 32, perBody),
  'loki-json': (perBody) => makeLokiBodies('json', 32, perBody),
  'loki-protobuf': (perBody) => makeLokiBodies('protobuf', 32, perBody),
  bulk: (perBody) => makeBulkBodies(32, perBody),
  beacon: (perBody) => makeBeaconBodies(64, perBody),
} satisfies Record<string, (perBody: number) => LoadBody[]>;

export type BodyKind = keyof typeof MAKERS;

export function makeLoadBodies(kind: BodyKind, perBody: number): LoadBody[] {
  return MAKERS[kind](perBody);
}

function markNdjson(copy: Buffer, serial: number): void {
  // `{"ts":17…`: the thirteen digits begin at byte 6.
  copy.write(String(1_700_000_000_000 + serial), 6, 'latin1');
}
