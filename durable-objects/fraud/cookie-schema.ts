/** One step of FRAUD_SCHEMA: history of cookie telemetry by day, of all devices and of each. Days since the epoch; JSON of src/cookies/day.ts. */
export const COOKIE_SCHEMA: string = `
   CREATE TABLE cookie_days (day INTEGER PRIMARY KEY, totals TEXT NOT NULL);
   CREATE TABLE cookie_devices (day INTEGER NOT NULL, device TEXT NOT NULL, stats TEXT NOT NULL, PRIMARY KEY (day, device)) WITHOUT ROWID;`;
