/** How records can come in: what the ledger tells apart, and what the dashboard has settings for. */
export const PROTOCOLS = ['ingest', 'beacon', 'otlp', 'loki', 'elastic', 'etl', 'fraud', 'socket', 'own_log'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
