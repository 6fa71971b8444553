import { count, describe, oneOf, page, text, time, type Whole } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { AuditKey, AuditPage, AuditProof, AuditStatus, ListedCheckpoint, SchemaChange } from '../wire/audit.ts';
import { acknowledgeSchema, gapSchema } from './routes.ts';

/** Numbers that are covered as entries that are not there. */
export interface AcceptedGap {
  fromSeq: number;
  toSeq: number;
}

export interface TrailAnswers {
  'GET /api/audit': AuditPage;
  'GET /api/audit/status': AuditStatus;
  'POST /api/audit/seal': AuditStatus;
  'POST /api/audit/verify': AuditStatus;
  'POST /api/audit/gap': AcceptedGap;
  'POST /api/audit/acknowledge': AuditStatus;
  'GET /api/audit/proof/:seq': AuditProof;
  'GET /api/audit/checkpoints': Page<ListedCheckpoint>;
  'GET /api/audit/schema-changes': Page<SchemaChange>;
  'GET /api/audit/keys': Whole<AuditKey>;
}

const FILTER = {
  kind: oneOf(['action', 'change'], 'What was done, or what became of a row.'),
  project: text('Id of a project.'),
  actor: text('Id of a user or key.'),
  actorKind: oneOf(['anonymous', 'user', 'key', 'system', 'console'], 'Who acted.'),
  action: text('With a trailing `*` the beginning of it.'),
  target: text('What it was done to.'),
  table: text('Of a change.'),
  operation: oneOf(['insert', 'update', 'delete'], 'Of a change.'),
  requestId: text('All of one request.'),
  from: time('From this on.'),
  to: time('Before this.'),
  q: text('Looked for in target, action, detail and values.'),
  limit: count(1, 500, 50, 'How many items at most.'),
  cursor: text('`nextCursor` of the page before.'),
};

export default describe<TrailAnswers>('Audit', {
  'GET /api/audit': {
    summary: 'Entries of the audit trail, newest first',
    more: '`searchedToSeq`: entries before this one were not looked at; `nextCursor` goes on there.',
    ...{ access: 'admins', query: FILTER },
  },
  'GET /api/audit/export': {
    summary: 'Entries as a file, oldest first',
    more: 'A line of NDJSON is what was sealed, byte for byte.',
    access: 'admins',
    query: { format: oneOf(['ndjson', 'csv'], '`ndjson` unless said.'), ...FILTER },
    media: ['application/x-ndjson', 'text/csv'],
  },
  'GET /api/audit/status': { summary: 'How much is sealed, and what checks have found', access: 'admins' },
  'POST /api/audit/seal': { summary: 'Seal at once', access: 'admins', codes: 'audit_not_sealed' },
  'POST /api/audit/verify': { summary: 'Begin a check of all entries, or go on with it', access: 'admins' },
  'POST /api/audit/gap': {
    summary: 'Have skipped numbers covered as entries that are not there',
    ...{
      access: 'admins',
      proof: true,
      body: gapSchema,
      example: { toSeq: 1, reason: 'A number was skipped by hand.' },
    },
    codes: 'audit_no_gap audit_gap_too_wide',
  },
  'POST /api/audit/acknowledge': {
    summary: 'Say of a finding that it was looked into, and what it was',
    more: 'The finding stays; who acknowledged it is an entry of the trail.',
    ...{
      access: 'admins',
      proof: true,
      body: acknowledgeSchema,
      example: { findingId: 'missing/12-14', reason: 'A restore drill.' },
    },
    codes: 'not_found',
  },
  'GET /api/audit/proof/:seq': {
    summary: 'Proof that an entry is in the sealed trail',
    more: 'For scripts/verify-audit.mjs. Seals first where it must.',
    ...{ access: 'admins', codes: 'audit_entry_altered audit_not_sealed' },
  },
  'GET /api/audit/checkpoints': {
    summary: 'Signed checkpoints, newest first',
    access: 'admins',
    query: page(1_000, 100),
  },
  'GET /api/audit/schema-changes': {
    ...{
      summary: 'How the structure of the database changed, newest first',
      access: 'admins',
      query: page(1_000, 100),
    },
  },
  'GET /api/audit/keys': { summary: 'Keys that checkpoints are verified with', access: 'session' },
});
