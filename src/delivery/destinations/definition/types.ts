import type { BreakerSettings, DestinationKind, DestinationSecret } from '../../../wire/delivery.ts';

/** What of a destination its owner decides. */
export interface Definition {
  name: string;
  kind: DestinationKind;
  url: string;
  headers: StoredHeader[];
  template: string | null;
  timeoutMs: number;
  ordered: boolean;
  maxPerSecond: number;
  warmProbe: boolean;
  breaker: BreakerSettings;
}

/** The value of a secret one is encrypted. */
export interface StoredHeader {
  name: string;
  value: string;
  secret: boolean;
}

/** `stored` is encrypted: the bytes that sign. */
export interface StoredSecret extends DestinationSecret {
  stored: string;
}

export interface StoredDestination {
  id: string;
  projectId: string;
  version: number;
  definition: Definition;
  /** Newest first. */
  secrets: StoredSecret[];
  disabled: boolean;
  deleted: boolean;
  createdAtMs: number;
  changedAtMs: number;
  /** Whether its object was told this version. */
  confirmed: boolean;
}
