import type { BeaconRecord } from '../wire/beacon.ts';

export interface InitOptions {
  /** A browser key of the project: public, write-only, bound to the page's origin. */
  key: string;
  /** Origin of Breakwater, such as `https://telemetry.example.com`; what stands behind it does not count. */
  url: string;
  /** Name of this site or app in every record; the page's host where it is not said. */
  service?: string;
  /** Version of the page's own code, by which source maps are found. */
  release?: string;
  /** Share of sessions that send, 0 to 1; 1 where it is not said. Every record says it. */
  sampleRate?: number;
  /** On every record, as `attrs.labels`. */
  labels?: Record<string, string>;
  /** The name of an address as a page in charts; its path where it is not said or throws. Neither query nor fragment ever leaves the page by itself. */
  page?: (url: URL) => string;
  /** Changes a record before it is kept for sending, or gives null to drop it. */
  beforeSend?: (record: BeaconRecord) => BeaconRecord | null;
  /** Collects in spite of the retired Do Not Track. There is no such option for Global Privacy Control. */
  ignoreDoNotTrack?: boolean;
  /** False: nothing is kept in the browser's storage, so what is not sent when a page closes is lost, and each page is a session. */
  storage?: boolean;
}

export interface MeasureOptions {
  /** As in UCUM or in words: `ms`, `By`, `items`. */
  unit?: string;
  labels?: Record<string, string>;
}
