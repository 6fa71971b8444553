import type { JsonObject, Stream } from './record.ts';

/**
 * What the SDK posts to `/api/beacon?key=<browser key>` as `text/plain`, so that no browser asks first: JSON, at most 64 KiB where it is sent while
 * the page goes away. The answer is 204 once all is durable; what was rejected is in the ledger.
 */
export interface Beacon {
  /** Of this batch, at least 16 chance characters: a repeat is stored once in 24 h. */
  id: string;
  /** Unix ms by the client's clock when it was sent: a clock that is wrong by more than a minute is corrected by it. */
  sentAt: number;
  /** What holds for every record that does not say it itself. */
  common: BeaconCommon;
  records: BeaconRecord[];
  /** Records that the SDK had to give up since its last beacon, by reason (SDK_LOSSES). */
  lost?: Record<string, number>;
}

/** Of what is left of `common` as JSON: each of its records has a copy, and a beacon may have thousands. */
export const MAX_COMMON_CHARS = 4_096;

export interface BeaconCommon {
  service?: string;
  sessionId?: string;
  userId?: string;
  /** 0 to 1: the share of sessions that send. */
  sampleRate?: number;
  /** Labels such as release and connection. */
  labels?: Record<string, string>;
  /** Address of the page: the edge takes route and host from it, and keeps neither query nor fragment. */
  url?: string;
  sdk?: string;
}

export interface BeaconRecord {
  stream: Stream;
  ts: number;
  message?: string;
  level?: string;
  type?: string;
  attrs?: JsonObject;
  sessionId?: string;
  userId?: string;
}

/**
 * Why an SDK gives records up; what another one says counts as `other`. `queue`: too much waited; `size`: larger than a batch; `age`: older than ids
 * are remembered; `refused`: by the server; `repeated`: an error that this page view had told; `flood`: beyond its 50th different one; `internal`: a
 * fault of the SDK, or a record that is no JSON.
 */
export const SDK_LOSSES = ['queue', 'size', 'age', 'refused', 'repeated', 'flood', 'internal'] as const;
export type SdkLoss = (typeof SDK_LOSSES)[number];

/** After inflation. What a page sends while it goes is bounded by the browser at 64 KiB. */
export const MAX_BEACON_BYTES = 1024 * 1024;
export const MIN_BEACON_ID_CHARS = 16;
export const MAX_BEACON_ID_CHARS = 200;
