/** What the audit trail has every change of (migrations/0025_audit_changes.sql). A table that is made later comes here with its triggers. */
export const CRITICAL_TABLES = [
  ...['users', 'sessions', 'user_totp', 'passkeys', 'recovery_codes', 'projects', 'project_keys', 'browser_rules'],
  ...['alert_rules', 'alert_silences', 'destinations', 'fraud_settings', 'fraud_verdicts', 'etl_schemas'],
  ...['archive_settings', 'legal_holds', 'notice_settings', 'log_settings'],
  ...['deletion_requests', 'deletion_holds', 'deletion_steps', 'erasure_ledger'],
  ...['compliance_regimes', 'breaches', 'breach_clocks', 'breach_searches', 'breach_affected', 'breach_notifications'],
  ...['compliance_templates', 'communications', 'signing_keys'],
];

/** Columns whose values are in no entry. */
export const REDACTED: Readonly<Record<string, readonly string[]>> = {
  users: ['password_hash'],
  sessions: ['secret_hash', 'superseded'],
  user_totp: ['secret'],
  recovery_codes: ['code_hash'],
  project_keys: ['key_hash'],
  // URL, header values and template of the definition too: a test writes some and looks for them.
  destinations: ['secrets', 'definition'],
  // Whom a request is about.
  deletion_requests: ['sealed'],
  erasure_ledger: ['sealed'],
  // Of people: nothing of the trail can be erased.
  breach_searches: ['q'],
  breach_affected: ['user_id', 'event_id'],
  communications: ['recipient', 'subject', 'body'],
};

/** What the program may change without an entry: notes of what was seen, told or confirmed. */
export const BOOKKEEPING: Readonly<Record<string, readonly string[]>> = {
  users: ['last_login_at_ms'],
  sessions: ['last_seen_at_ms', 'sockets_told', 'last_address', 'last_country', 'last_user_agent'],
  projects: ['confirmed_shards'],
  project_keys: ['confirmed_shards'],
  browser_rules: ['confirmed_version'],
  destinations: ['confirmed_version'],
  fraud_settings: ['confirmed_version'],
  fraud_verdicts: ['applied'],
  breach_clocks: ['next_notice_ms'],
  breach_searches: ['pages', 'run', 'cursor', 'matched', 'named'],
};

/** Lists that a job works off, of which the trail has what was written from outside the program alone. */
export const WORK_LISTS: readonly string[] = ['breach_affected'];
