import type { JsonObject } from './record.ts';

/** `console`: a write to the database that came without a context: by hand, or by a program that is not this one. */
export type AuditActorKind = 'anonymous' | 'user' | 'key' | 'system' | 'console';
export type AuditOperation = 'insert' | 'update' | 'delete';

/**
 * One entry of the audit trail. `action`: what somebody did, as the program says it. `change`: a row of a critical table before and after, as a trigger of
 * the database saw it, in the same transaction. Both carry the request that they belong to.
 */
export interface AuditEntry {
  /** From 1, without gaps: what is missing was taken away. */
  seq: number;
  kind: 'action' | 'change';
  atMs: number;
  actorKind: AuditActorKind;
  /** User id, key id or job; null for anonymous and for the console. */
  actorId: string | null;
  /** What that user or key is called today; null where nothing is known of it. */
  actorName: string | null;
  /** `<noun>.<verb>`, such as `key.revoke`; of a change `<table>.<operation>`. */
  action: string;
  /** Id of what was changed. */
  target: string;
  /** Null where it concerns the whole deployment. */
  projectId: string | null;
  requestId: string;
  /** Of the client; `cron` for jobs, '' for the console. */
  address: string;
  /** Of an action; `{}` for a change. */
  detail: JsonObject;
  /** Of a change; null for an action. */
  change: AuditChange | null;
  /** Whether a signed checkpoint covers it. */
  sealed: boolean;
}

export interface AuditChange {
  table: string;
  operation: AuditOperation;
  /** Columns by name; null for an insert. Secrets read `[redacted]`, in `newValues` `[redacted, changed]` where they are new. */
  oldValues: JsonObject | null;
  newValues: JsonObject | null;
}

/**
 * `GET /api/audit?kind=&project=&actor=&actorKind=&action=&target=&table=&operation=&requestId=&from=&to=&q=&limit=&cursor=`, for administrators, newest first.
 * `action` takes a trailing `*`. `q` is looked for in target, action, detail and values. `/api/audit/export` takes the same and `format=ndjson|csv`.
 */
export interface AuditPage {
  items: AuditEntry[];
  nextCursor: string | null;
  /** How far the search has looked where it ended early: entries before this one were not looked at. Null where all were. */
  searchedToSeq: number | null;
}

/** A signed statement of what the trail was, in R2 at `audit/checkpoints/<size>`, as a note by C2SP tlog-checkpoint. */
export interface AuditCheckpoint {
  /** Entries 1 to this one. */
  size: number;
  /** Base64 of the root of the tree by RFC 6962. */
  rootHash: string;
  signedAtMs: number;
  /** Of the key that signed. */
  kid: string;
  /** The note: origin, size, root, blank line, signature. */
  note: string;
}

/** A row of the database, which whoever can run SQL can add to. */
export interface ListedCheckpoint extends AuditCheckpoint {
  /** Whether a key of this deployment signed the note; where none did, the row counts for nothing and is evidence. */
  signed: boolean;
}

export interface AuditFinding {
  id: string;
  kind: /** An entry does not hash to what was sealed. */
    | 'altered'
    | 'missing'
    /** The tree in R2 does not lead to the checkpoint. */
    | 'tree'
    /** A checkpoint's signature does not verify. */
    | 'signature'
    /** Tables, triggers or indexes were changed outside of a migration. */
    | 'schema'
    /** A critical table was written without a context. */
    | 'console_write';
  /** Null where it is of no one entry. */
  seq: number | null;
  detail: string;
  foundAtMs: number;
  /** Null while it is open: the page Audit is not green before somebody has said what it was. */
  acknowledged: AuditAcknowledgement | null;
}

/** That an administrator has looked into a finding: an entry `audit.acknowledge` of the trail, the newest where there are several. */
export interface AuditAcknowledgement {
  seq: number;
  atMs: number;
  /** What the user or key is called today, or its id. */
  by: string;
  reason: string;
}

/** Numbers that were skipped, with entries behind them: nothing more is sealed until an administrator accepts it. */
export interface AuditGap {
  fromSeq: number;
  toSeq: number;
  /** It is being covered, 100,000 numbers a minute. */
  accepted: boolean;
}

/** `GET /api/audit/status`. */
export interface AuditStatus {
  entries: number;
  sealedSize: number;
  checkpoint: AuditCheckpoint | null;
  /** When the oldest entry that no checkpoint covers was written; null where all are covered. */
  unsealedSinceMs: number | null;
  /** The last full check; null before the first. */
  verifiedAtMs: number | null;
  /** Entries that it has looked at so far, while one is under way. */
  verifying: { doneSeq: number; toSeq: number } | null;
  /** What stops the sealing; null for nothing of this kind. */
  gap: AuditGap | null;
  /** Those that nobody has acknowledged first, each part newest first, at most 100. */
  findings: AuditFinding[];
}

/** `GET /api/audit/proof/:seq`: what the offline verifier checks (docs/audit.md). */
export interface AuditProof {
  /** Exactly the bytes that were hashed, as text. */
  leaf: string;
  /** Of the leaf in the tree: `seq - 1`. */
  leafIndex: number;
  treeSize: number;
  /** Base64 hashes from the leaf up, RFC 6962 2.1.1. */
  path: string[];
  checkpoint: string;
}

/** `GET /api/audit/keys`: public, so that whoever keeps a checkpoint can check it later. */
export interface AuditKey {
  kid: string;
  /** As a note's verifier key: `<name>+<hash>+<base64>`. */
  verifierKey: string;
  /** Base64 of the 32 bytes of an Ed25519 public key. */
  publicKey: string;
  sinceMs: number;
}

/** `GET /api/audit/schema-changes`: the ledger of changes to tables, indexes and triggers, newest first. */
export interface SchemaChange {
  id: string;
  foundAtMs: number;
  change: 'added' | 'changed' | 'removed' | 'made_again';
  type: 'table' | 'index' | 'trigger' | 'view';
  name: string;
  /** The migration that was applied since the last look; null where none was, which is a finding. */
  migration: string | null;
  oldSql: string | null;
  newSql: string | null;
}
