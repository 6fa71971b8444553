/** The answer of every ingest route, and of a socket's ACK without `errors`. `received = stored + duplicate + rejected`. */
export interface IngestAnswer {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  /** Of the stored: records with names or values over the project's limits, kept as text in `attrs.quarantined`. Left out where there are none. */
  quarantined?: number;
  /** At most MAX_REJECTIONS_LISTED entries; `index` counts records from 0, `pointer` is an RFC 6901 JSON pointer into the record. */
  errors: Rejection[];
}

export interface Rejection {
  index: number;
  pointer: string;
  reason: string;
}
