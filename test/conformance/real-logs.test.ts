/** Logs of real systems go in by the public API and come out equal, record by record, from the journal, from blocks, from compacted blocks. */
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { random } from '../../bench/lib/records.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { newProject, readLedger } from '../faults/project.ts';
import { readStored } from '../faults/stored-records.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { CODINGS, type Coding, exported, post, searched, type Target } from './client.ts';
import { absent, readData } from './data.ts';

const FILES = [
  'apache_access_10000.log',
  'loghub_Apache_2k.log',
  'loghub_HDFS_2k.log',
  'loghub_OpenSSH_2k.log',
  'loghub_Zookeeper_2k.log',
];
const FROM_MS = Date.UTC(2026, 0, 1);
const BATCH_RECORDS = [1, 13, 100, 500, 1_000, 2_500];
const SHAPES = ['ndjson', 'array', 'indented array'] as const;
const CODING_NAMES = Object.keys(CODINGS) as Coding[];
/** Older than a tail may get before it is sealed. */
const LATER = { CLOCK_OFFSET_MS: '120000' };
const COMPACTION = '/cdn-cgi/local/scheduled?cron=*%2F5+*+*+*+*';

interface Sent {
  ts: number;
  service: string;
  message: string;
  attrs: { line: number };
}

function recordsOf(lines: readonly string[], service: string): Sent[] {
  return lines.map((message, line) => ({ ts: FROM_MS + line, service, message, attrs: { line } }));
}

/** Sizes, shapes and codings go round at different speeds, so that they meet in all combinations. */
async function sendAll(target: Target, records: readonly Sent[]): Promise<void> {
  for (let at = 0, turn = 0; at < records.length; turn++) {
    const size = BATCH_RECORDS[turn % BATCH_RECORDS.length] ?? 1;
    const shape = SHAPES[turn % SHAPES.length];
    const coding = CODING_NAMES[turn % CODING_NAMES.length] ?? 'identity';
    const batch = records.slice(at, at + size);
    const text =
      shape === 'ndjson'
        ? batch.map((record) => `${JSON.stringify(record)}\n`).join('')
        : JSON.stringify(batch, null, shape === 'array' ? 0 : 2);
    const reply = await post(target, CODINGS[coding](Buffer.from(text)), { 'content-encoding': coding });
    const { length } = batch;
    const expected = { received: length, stored: length, duplicate: 0, rejected: 0, errors: [] };
    expect([reply.status, reply.text, coding]).toEqual([202, JSON.stringify(expected), coding]);
    at += size;
  }
}

function expectEqual(stored: readonly LogRecord[], sent: readonly Sent[]): void {
  expect(stored.length).toBe(sent.length);
  for (const [index, record] of stored.entries()) {
    const { id, ...rest } = record;
    // Compared one by one: a difference among ten thousand is unreadable.
    expect(rest).toEqual({ ...sent[index], stream: 'logs', level: 'info' });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  }
  expect(new Set(stored.map(({ id }) => id)).size).toBe(sent.length);
}

/** Real lines with what real disks and networks do to them: bytes that are no UTF-8, controls, halves of surrogate pairs, other scripts. */
function damaged(lines: readonly string[]): string[] {
  const next = random(20_261_121);
  const odd = [
    '\u0000',
    '\u0007',
    '\u001b[31m',
    '\u007f',
    'ÿþ',
    '\ud800',
    '\udfff',
    '\ufeff',
    '\u2028',
    '\ufffd',
    'Ⱥ',
    '中文',
    '👩‍👩‍👧',
    '"',
    '\\',
    '\r',
    '\n',
    '\t',
  ];
  const damage = (line: string): string => {
    const at = Math.floor(next() * (line.length + 1));
    return line.slice(0, at) + (odd[Math.floor(next() * odd.length)] ?? '') + line.slice(at);
  };
  return lines.map((line) => damage(damage(damage(line))));
}

describe('real logs', () => {
  const sources = FILES.map((file) => ({ file, bytes: readData('logs', file) }));
  const targets = new Map<string, { target: Target; sent: Sent[] }>();
  let worker: StartedWorkerd;

  beforeAll(async () => {
    if (sources.every(({ bytes }) => bytes === null)) return;
    worker = await startWorkerd();
    const admin = await worker.signIn();
    for (const { file, bytes } of sources) {
      if (bytes === null) continue;
      // The files are ASCII; as latin-1 any byte would be a character of its own.
      const lines = bytes.toString('latin1').split('\n');
      targets.set(file, {
        target: { url: worker.url, project: await newProject(admin, file) },
        sent: recordsOf(lines, file),
      });
      if (file.includes('HDFS')) {
        const project = await newProject(admin, 'Damaged');
        targets.set('damaged', { target: { url: worker.url, project }, sent: recordsOf(damaged(lines), 'damaged') });
      }
    }
  });

  afterAll(async () => worker?.stop());

  const names = [...FILES, 'damaged'];

  it.for(names)('%s goes in', async (name, context) => {
    const { target, sent } = targetOf(name, context);
    await sendAll(target, sent);
    const { stored, received } = await readLedger(worker, target.project);
    expect([received, stored]).toEqual([sent.length, sent.length]);
  });

  it.for(names)('%s comes out as it went in', async (name, context) => {
    const { target, sent } = targetOf(name, context);
    expectEqual(await exported(target), sent);
    expectEqual(await searched(target), sent);
  });

  it('still does once all of it is in blocks, and these are compacted', async (context) => {
    targetOf(names[0] ?? '', context);
    await worker.kill9();
    worker = await startWorkerd({ stateDir: worker.stateDir, vars: LATER });
    for (const { target, sent } of targets.values()) {
      target.url = worker.url;
      await until(
        'the tail is sealed',
        async () => (await readLedger(worker, target.project)).journal.backlogRecords === 0,
      );
      expectEqual(await exported(target), sent);
    }
    expect((await fetch(worker.url + COMPACTION)).status).toBe(200);
    for (const { target, sent } of targets.values()) {
      const { sealed, tail, faults } = readStored(worker.stateDir, target.project.id);
      expect([sealed.length, tail, faults]).toEqual([sent.length, [], []]);
      expectEqual(await exported(target), sent);
      expectEqual(await searched(target), sent);
    }
  });

  function targetOf(name: string, context: TestContext): { target: Target; sent: Sent[] } {
    return targets.get(name) ?? context.skip(absent('logs', name === 'damaged' ? 'loghub_HDFS_2k.log' : name));
  }
});
