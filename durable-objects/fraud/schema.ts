/** Append-only: see applySchemaSteps. */
export const FRAUD_SCHEMA: readonly string[] = [];
