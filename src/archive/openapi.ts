import { count, describe, oneOf, page, text, time } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type {
  ArchiveCheck,
  ArchiveDetail,
  ArchivePage,
  ArchiveRestore,
  ArchiveRun,
  ArchiveSettings,
  ArchiveStatus,
  LegalHold,
  ManifestCheck,
  WarehouseFile,
} from '../wire/archive.ts';
import { STREAMS } from '../wire/record.ts';
import { holdSchema, restoreSchema, runSchema, settingsSchema } from './schema.ts';

export interface ArchiveAnswers {
  'GET /api/archives': ArchivePage;
  'GET /api/archives/status': ArchiveStatus;
  'POST /api/archives/run': ArchiveRun;
  'POST /api/archives/restore': ArchiveRestore;
  'POST /api/archives/verify': ManifestCheck;
  'GET /api/archives/:id': ArchiveDetail;
  'POST /api/archives/:id/verify': ArchiveCheck;
  'GET /api/archives/settings': ArchiveSettings;
  'PUT /api/archives/settings': ArchiveSettings;
  'GET /api/archives/holds': Page<LegalHold>;
  'POST /api/archives/holds': LegalHold;
  'POST /api/archives/holds/:id/release': LegalHold;
  'GET /api/archives/warehouse': Page<WarehouseFile>;
}

export default describe<ArchiveAnswers>('Archive', {
  'GET /api/archives': {
    summary: 'Archives, the newest day first',
    access: 'read',
    query: {
      stream: oneOf(STREAMS, 'Only of this one.'),
      from: time('Records from this time on.'),
      to: time('Records before this.'),
      ...page(1_000, 100),
    },
  },
  'GET /api/archives/status': { summary: 'How much there is, and how far behind the archive is', access: 'read' },
  'POST /api/archives/run': {
    summary: 'Move what is due now, as far as one run goes',
    more: 'Of one project, or, for administrators, of every one. `done` false: call again.',
    ...{ access: 'admin', body: runSchema, example: {} },
  },
  'POST /api/archives/restore': {
    summary: 'Have the blocks of a range in the database again, for some days',
    ...{ access: 'admin', proof: true, body: restoreSchema, example: { fromMs: 0, toMs: 1, days: 1 } },
    codes: 'database_nearly_full archive_damaged',
  },
  'POST /api/archives/verify': {
    summary: 'Check the chain of manifests',
    access: 'write',
    query: { after: count(0, Number.MAX_SAFE_INTEGER, null, 'The sequence behind which it goes on.') },
  },
  'GET /api/archives/:id': { summary: 'One archive with its manifest', access: 'read' },
  'POST /api/archives/:id/verify': {
    ...{ summary: 'Read an archive back and check it', access: 'write', codes: 'archive_not_current' },
  },
  'GET /api/archives/:id/download': {
    summary: 'The object itself: gzip members of NDJSON',
    ...{ access: 'export', media: ['application/gzip'], codes: 'archive_not_current archive_damaged' },
  },
  'GET /api/archives/settings': { summary: 'How long what is kept', access: 'admin' },
  'PUT /api/archives/settings': {
    ...{ summary: 'Change how long what is kept', access: 'admin', proof: true, body: settingsSchema },
    example: { hotDays: 30, retentionDays: 400, retentionDaysByStream: {}, infrequentAfterDays: 90, warehouse: false },
  },
  'GET /api/archives/holds': { summary: 'Legal holds, released ones too', access: 'admin', query: page(1_000, 100) },
  'POST /api/archives/holds': {
    ...{ summary: 'Set a legal hold', access: 'admin', proof: true, body: holdSchema, status: 201 },
    ...{ example: { fromMs: 0, reason: 'A case' }, codes: 'too_many_holds' },
  },
  'POST /api/archives/holds/:id/release': {
    ...{ summary: 'Release a legal hold', more: 'Once, by whoever was first.', access: 'admin', proof: true },
  },
  'GET /api/archives/warehouse': {
    summary: 'Parquet files, one of each day and stream',
    access: 'read',
    query: {
      from: text('From this day on, such as 2026-11-27.'),
      to: text('To this day.'),
      ...page(1_000, 100),
    },
  },
  'GET /api/archives/warehouse/:day/:stream': {
    path: {
      day: { schema: { type: 'string', format: 'date' }, description: 'In UTC, such as 2026-11-27.' },
      stream: oneOf(STREAMS, 'Its records.'),
    },
    ...{ summary: 'A Parquet file', access: 'export', media: ['application/vnd.apache.parquet'] },
  },
});
