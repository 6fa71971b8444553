import { describe, expect, it } from 'vitest';
import { NO_EDGE } from '../../src/edge/index.ts';
import { compilePipeline, type Pipeline } from '../../src/etl/index.ts';
import { NO_SCHEMA } from '../../src/etl/pipeline.ts';
import type { AppendOutcome } from '../../src/journal/index.ts';
import type { LiveError } from '../../src/live/errors.ts';
import {
  type Batch,
  FLOOD_PAUSE_MS,
  Gather,
  PAUSE_MS,
  type Sender,
  type TelemetryFrame,
} from '../../src/live/gather.ts';
import type { Json, Stream } from '../../src/wire/record.ts';

interface Name extends Sender {
  name: string;
}

const sender = (name: string, accountId: string, writes: readonly Stream[] | null = null): Name => ({
  name,
  accountId,
  writes,
  recordsPerDay: null,
  gathersAcks: false,
});

/** A gather queue whose appends end when the test says so. */
class Bench {
  readonly appends: { batch: Batch<Name>; end(outcome: AppendOutcome | Error): void }[] = [];
  readonly said: string[] = [];
  readonly #pause: (ms: number) => Promise<void>;
  readonly gather = new Gather<Name>({
    append: (batch) =>
      new Promise((resolve, reject) => {
        this.appends.push({ batch, end: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)) });
      }),
    answer: (to, frame) => this.said.push(`${to.name} ${frame}`),
    refuse: (to, idJson, error) => this.said.push(`${to.name} ${idJson} ${error.kind}`),
    pause: (ms) => this.#pause(ms),
    nowMs: () => 1_000,
    pipeline: () => this.pipeline,
    edge: () => NO_EDGE,
  });
  /** The steps of the project's schema. */
  pipeline: Pipeline | null = null;

  constructor(pause: (ms: number) => Promise<void> = async () => undefined) {
    this.#pause = pause;
  }

  add(to: Name, id: number, payload: Json, batchId: string | null = null, chars = 50): LiveError | null {
    const frame: TelemetryFrame = {
      type: 'TELEMETRY',
      idJson: String(id),
      project: 'p',
      dataType: 'JSON',
      payload,
      batchId,
      csrf: null,
    };
    return this.gather.add(to, frame, chars);
  }

  /** Records of each batch under way, by account. */
  sizes(from = 0): [string, number][] {
    return this.appends.slice(from).map(({ batch }) => [batch.accountId, batch.builder.received]);
  }

  async end(index: number, outcome: AppendOutcome | Error): Promise<void> {
    this.appends[index]?.end(outcome);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

const stored: AppendOutcome = {
  kind: 'stored',
  answer: { received: 0, stored: 0, duplicate: 0, rejected: 0, errors: [] },
};
const record = { message: 'x' };

describe('gathering', () => {
  it('appends the first frame at once and everything that came meanwhile together', async () => {
    const bench = new Bench();
    const a = sender('a', 'key');
    bench.add(a, 0, record);
    for (let i = 1; i < 10; i++) bench.add(a, i, record);
    bench.add(a, 10, [record, record]);
    expect(bench.sizes()).toEqual([['key', 1]]);
    await bench.end(0, stored);
    expect(bench.sizes(1)).toEqual([['key', 11]]);
    expect(bench.said).toHaveLength(1);
    await bench.end(1, stored);
    expect(bench.said.at(-1)).toBe('a {"type":"ACK","id":10,"received":2,"stored":2,"duplicate":0,"rejected":0}');
  });

  it('lets no schema make more of a frame than a call to the journal carries, and gathers nothing more with it', async () => {
    const bench = new Bench();
    const a = sender('a', 'key');
    const template = `\${message}`.repeat(90);
    bench.pipeline = compilePipeline(
      { ...NO_SCHEMA, transformations: [{ type: 'derive', field: 'attrs.more', template }] },
      '',
    );
    bench.add(a, 0, record);
    bench.add(
      a,
      1,
      Array.from({ length: 50 }, () => ({ message: 'x'.repeat(2_000) })),
    );
    bench.add(a, 2, record);
    await bench.end(0, stored);
    expect(bench.sizes(1)).toEqual([
      ['key', 50],
      ['key', 1],
    ]);
    await bench.end(1, stored);
    expect(JSON.parse((bench.said[1] ?? '').slice(2))).toMatchObject({ id: 1, received: 50, stored: 35, rejected: 15 });
  });

  it('keeps accounts apart: the refusal of one is none of the others', async () => {
    const bench = new Bench();
    const [a, b] = [sender('a', 'key_a'), sender('b', 'key_b')];
    bench.add(a, 0, record);
    for (let i = 1; i <= 2; i++) {
      bench.add(a, i, record);
      bench.add(b, i, record);
    }
    await bench.end(0, stored);
    expect(bench.sizes(1)).toEqual([
      ['key_a', 2],
      ['key_b', 2],
    ]);
    await bench.end(1, { kind: 'key_revoked' });
    await bench.end(2, stored);
    expect(bench.said.slice(1)).toEqual([
      'a 1 key_revoked',
      'a 2 key_revoked',
      'b {"type":"ACK","id":1,"received":1,"stored":1,"duplicate":0,"rejected":0}',
      'b {"type":"ACK","id":2,"received":1,"stored":1,"duplicate":0,"rejected":0}',
    ]);
  });

  it.each<[AppendOutcome | Error, string]>([
    [{ kind: 'key_revoked' }, 'key_revoked'],
    [{ kind: 'key_reused' }, 'key_reused'],
    [{ kind: 'project_disabled' }, 'project_disabled'],
    [{ kind: 'backlog_full', retryAfterSeconds: 1 }, 'backlog_full'],
    [new Error('the journal is away'), 'journal_away'],
  ])('tells each frame that the journal refused: %j', async (outcome, kind) => {
    const bench = new Bench();
    bench.add(sender('a', 'key'), 7, record);
    await bench.end(0, outcome);
    expect(bench.said).toEqual([`a 7 ${kind}`]);
    bench.add(sender('a', 'key'), 8, record);
    await bench.end(1, stored);
    expect(bench.said).toHaveLength(2);
  });

  it('appends a named batch alone', async () => {
    const bench = new Bench();
    const a = sender('a', 'key');
    bench.add(a, 0, record);
    bench.add(a, 1, record);
    bench.add(a, 2, [record, record], 'b-1');
    bench.add(a, 3, record);
    await bench.end(0, stored);
    expect(bench.sizes(1)).toEqual([
      ['key', 2],
      ['key', 2],
    ]);
    expect(bench.appends.map(({ batch }) => batch.dedupe?.kind ?? null)).toEqual([null, null, 'key']);
    await bench.end(2, { kind: 'replayed', answer: { received: 2, stored: 2, duplicate: 0, rejected: 0, errors: [] } });
    expect(bench.said.at(-1)).toBe(
      'a {"type":"ACK","id":2,"received":2,"stored":2,"duplicate":0,"rejected":0,"replayed":true}',
    );
  });

  it('refuses what exceeds its memory, and takes more when there is room again', async () => {
    const bench = new Bench();
    const a = sender('a', 'key');
    let taken = 0;
    while (bench.add(a, taken, record, null, 1024 * 1024) === null) taken++;
    expect(taken).toBeGreaterThan(20);
    expect(taken).toBeLessThan(30);
    await bench.end(0, stored);
    expect(bench.add(a, 99, record, null, 1024 * 1024)).toBeNull();
  });

  it('pauses longer in a flood, and not for a sender who waits for each answer', async () => {
    const pauses: number[] = [];
    const bench = new Bench(async (ms) => void pauses.push(ms));
    const a = sender('a', 'x');
    for (let id = 1; id < 102; id++) bench.add(a, id, record);
    await bench.end(0, stored);
    await bench.end(1, stored);
    expect(bench.appends.map(({ batch }) => batch.waiting.length)).toEqual([1, 100]);
    expect(pauses).toEqual([PAUSE_MS, FLOOD_PAUSE_MS]);
  });

  it('nor for a hundred of them', async () => {
    const pauses: number[] = [];
    const bench = new Bench(async (ms) => void pauses.push(ms));
    bench.add(sender('first', 'x'), 1, record);
    for (let id = 2; id < 102; id++) bench.add(sender(`s${id}`, 'x'), id, record);
    await bench.end(0, stored);
    await bench.end(1, stored);
    expect(bench.appends.map(({ batch }) => batch.waiting.length)).toEqual([1, 100]);
    expect(pauses).toEqual([PAUSE_MS, PAUSE_MS]);
  });

  it('pauses between two appends, but not when much is waiting', async () => {
    let ended: (() => void) | null = null;
    const bench = new Bench(
      () =>
        new Promise((resolve) => {
          ended = resolve;
        }),
    );
    const a = sender('a', 'key');
    bench.add(a, 0, record);
    await bench.end(0, stored);
    bench.add(a, 1, record);
    expect(bench.appends).toHaveLength(1);
    bench.add(a, 2, record, null, 2 * 1024 * 1024);
    await bench.end(0, stored);
    expect(bench.sizes(1)).toEqual([['key', 2]]);
    expect(ended).not.toBeNull();
  });

  it('splits what is too much for one call', async () => {
    const bench = new Bench();
    const a = sender('a', 'key');
    bench.add(a, 0, record);
    for (let i = 1; i <= 9; i++) bench.add(a, i, record, null, 1024 * 1024);
    await bench.end(0, stored);
    expect(bench.sizes(1)).toEqual([
      ['key', 3],
      ['key', 3],
      ['key', 3],
    ]);
  });

  it('refuses a whole frame for one record of a stream that its key lacks, and takes nothing of it', async () => {
    const bench = new Bench();
    const a = sender('a', 'key', ['vitals']);
    expect(bench.add(a, 0, [record, { stream: 'logs' }])).toEqual({ kind: 'scope', needed: 'the scope ingest:logs' });
    expect(bench.add(sender('b', 'key_b', []), 1, record)).toMatchObject({ kind: 'scope' });
    expect(bench.appends).toHaveLength(0);
    bench.add(a, 2, [record, { stream: 'vitals' }, { stream: 'nonsense' }]);
    await bench.end(0, stored);
    expect(bench.appends[0]?.batch.builder.parts.map(({ stream, summary }) => [stream, summary.records])).toEqual([
      ['vitals', 2],
    ]);
  });

  it('answers all good frames of a sender at once where it asked for that, and the others one by one', async () => {
    const bench = new Bench();
    const [a, b] = [{ ...sender('a', 'key'), gathersAcks: true }, sender('b', 'key')];
    bench.add(a, 0, record);
    bench.add(a, 1, record);
    bench.add(b, 2, record);
    bench.add(a, 3, [record, null]);
    bench.add(a, 4, [record, record]);
    await bench.end(0, stored);
    await bench.end(1, stored);
    expect(bench.said.map((line) => line.replace(/,"errors".*/, ''))).toEqual([
      'a {"type":"ACK","id":null,"ids":[0],"received":1,"stored":1,"duplicate":0,"rejected":0}',
      'b {"type":"ACK","id":2,"received":1,"stored":1,"duplicate":0,"rejected":0}',
      'a {"type":"ACK","id":3,"received":2,"stored":1,"duplicate":0,"rejected":1',
      'a {"type":"ACK","id":null,"ids":[1,4],"received":3,"stored":3,"duplicate":0,"rejected":0}',
    ]);
  });

  it('lists the rejections of every frame, however many others there are', async () => {
    const bench = new Bench();
    const a = sender('a', 'key');
    for (let i = 0; i < 300; i++) bench.add(a, i, [record, null]);
    await bench.end(0, stored);
    await bench.end(1, stored);
    expect(bench.said).toHaveLength(300);
    for (const line of bench.said) expect(line).toContain('"rejected":1,"errors":[{"index":1,');
  });
});
