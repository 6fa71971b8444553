import {
  count,
  describe,
  oneOf,
  PLACE,
  page,
  required,
  SENT_ONCE,
  text,
  type Whole,
  type Written,
} from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import { DATA_TYPES, type DataType } from '../wire/etl.ts';
import type { EtlAnswer, EtlJob } from '../wire/etl-job.ts';
import type { DryRunAnswer } from './dry-run.ts';
import { dryRunSchema } from './envelope.ts';
import { resendSchema } from './job-routes.ts';
import { etlSchemaSchema } from './schema.ts';

export interface SavedSchema {
  dataType: DataType;
  version: number;
  createdAtMs: number;
  createdBy: string;
  schema: Written<'EtlSchema'>;
}

export interface EtlAnswers {
  /** Of `dryRun: true` what a dry run answers. */
  'POST /api/etl/start': EtlAnswer | DryRunAnswer;
  'POST /api/etl/dry-run': DryRunAnswer;
  'GET /api/etl/schemas': Whole<SavedSchema>;
  'GET /api/etl/schemas/:dataType': Page<SavedSchema>;
  'PUT /api/etl/schemas/:dataType': SavedSchema;
  'POST /api/etl/schemas/:dataType': SavedSchema;
  'GET /api/etl/jobs': Page<EtlJob>;
  'GET /api/etl/jobs/:id': EtlJob;
  'POST /api/etl/jobs/:id/resend': EtlAnswer;
}

const STREAMED = 'stream_cut schema_not_found';
const DATA_TYPE = { dataType: oneOf(DATA_TYPES, 'Of these data; in lower case too.') };
const SAVE = {
  path: DATA_TYPE,
  more: '201 the new version, 200 where the newest says the same.',
  access: 'admin',
  body: etlSchemaSchema,
  status: [200, 201],
  example: { fields: [{ field: 'message', type: 'string' }] },
  codes: 'too_many_schemas schema_pending',
} as const;
const DATA = ['application/json', 'application/yaml', 'application/octet-stream'];

export default describe<EtlAnswers>(
  'ETL',
  {
    'POST /api/etl/start': {
      summary: 'Take data of any kind through extract, transform, load and validate',
      more: 'As JSON {dataType, payload, project?, schemaVersion?, stream?, service?, dryRun?}; or, with `?dataType=`, the body is the data, streamed.',
      access: 'send',
      query: {
        dataType: oneOf(DATA_TYPES, 'The body is data of this kind.'),
        schemaVersion: count(0, 1_000, null, 'The newest unless said; 0 is none.'),
        ...PLACE,
      },
      ...{ headers: SENT_ONCE, body: DATA, status: [200, 202], batch: true },
      example: { dataType: 'JSON', payload: { message: 'hello' } },
      codes: STREAMED,
    },
    'POST /api/etl/dry-run': {
      summary: 'What a schema would make of data',
      more: 'Nothing is stored.',
      ...{ access: 'write', body: dryRunSchema, example: { dataType: 'JSON', payload: { message: 'hello' } } },
      codes: `${STREAMED} too_many_records malformed_body encoding_unknown encoding_broken body_cut`,
    },
    'GET /api/etl/schemas': { summary: 'The newest schema of each data type', access: 'read' },
    'GET /api/etl/schemas/:dataType': {
      path: DATA_TYPE,
      ...{ summary: 'All versions of a schema, oldest first', access: 'read', query: page() },
    },
    'PUT /api/etl/schemas/:dataType': { summary: 'Save a schema', ...SAVE },
    'POST /api/etl/schemas/:dataType': { summary: 'Save a schema, as PUT does', ...SAVE },
    'GET /api/etl/jobs': { summary: 'Jobs, newest first', access: 'read', query: page(1_000, 100) },
    'GET /api/etl/jobs/:id': { summary: 'One job', access: 'read' },
    'GET /api/etl/jobs/:id/rejects': {
      ...{ summary: 'What a job rejected, as it was', access: 'export', media: ['application/x-ndjson'] },
    },
    'POST /api/etl/jobs/:id/resend': {
      summary: 'The rejects of a job as a new one',
      access: 'write',
      headers: { 'Idempotency-Key': required(text('A new one for each time that they are to be sent.')) },
      ...{ body: resendSchema, status: 202, batch: true },
      codes: `${STREAMED} job_running idempotency_key_missing`,
    },
  },
  { EtlSchema: etlSchemaSchema },
);
