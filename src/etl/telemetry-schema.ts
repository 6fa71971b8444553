import type { EtlSchema } from './schema.ts';

/** What telemetry on sockets goes through. */
export interface TelemetrySchema {
  /** 0 is none. */
  version: number;
  schema: EtlSchema;
  /** The project's key for masked values; '' where none is masked by hash. */
  reference: string;
}

/** Whoever holds sockets hears of a new version before it is answered. */
export interface SchemaPort {
  /** Throws where it cannot be told; may be repeated. */
  telemetrySchemaSaved(projectId: string, saved: TelemetrySchema): Promise<void>;
}
