/** What an ETL run can read; the name a client sends in `dataType`. */
export const DATA_TYPES = ['JSON', 'YAML', 'BINARY', 'TELEMETRY'] as const;
export type DataType = (typeof DATA_TYPES)[number];
