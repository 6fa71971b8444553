import { describe, expect, it, vi } from 'vitest';
import { Listeners } from '../../durable-objects/journal/listeners.ts';
import { Publisher, type PublisherPort } from '../../durable-objects/journal/publisher.ts';
import type { Env } from '../../src/env.ts';
import type { PlacedPart, Publication, StreamHead, Wanted } from '../../src/journal/index.ts';
import type { Stream } from '../../src/wire/record.ts';

const MIB = 1024 * 1024;

interface Size {
  packedBytes?: number;
  rawBytes?: number;
  stream?: Stream;
}

function part(firstSeq: number, { packedBytes = 10, rawBytes = packedBytes, stream = 'logs' }: Size = {}): PlacedPart {
  const summary = { records: 1, minTs: 0, maxTs: 0, levels: {}, services: {} } as unknown as PlacedPart['summary'];
  const data = new Uint8Array(packedBytes);
  return { stream, firstSeq, codec: 'raw', data, rawBytes, summary, crc32: 0, tokens: null };
}

/** A listener whose calls end when the test says so, and a clock that only moves when the test moves it. */
function started(wanted: Wanted | null = 'all') {
  const heads: StreamHead[] = [
    { stream: 'logs', nextSeq: 1, sealedSeq: 1 },
    { stream: 'vitals', nextSeq: 1, sealedSeq: 1 },
  ];
  const calls: {
    seqs: number[];
    heads: number | null;
    told: string[] | null;
    end(answer: boolean | Error): Promise<void>;
  }[] = [];
  const remembered: (Wanted | null)[] = [];
  const waits: (() => void)[] = [];
  const port: PublisherPort = {
    send: ({ parts, heads: told }) =>
      new Promise((resolve, reject) => {
        calls.push({
          seqs: parts.map(({ firstSeq }) => firstSeq),
          heads: told?.[0]?.nextSeq ?? null,
          told: told?.map(({ stream }) => stream) ?? null,
          end: async (answer) => {
            if (answer instanceof Error) reject(answer);
            else resolve({ attached: answer });
            for (let i = 0; i < 20; i++) await Promise.resolve();
          },
        });
      }),
    remember: (value) => remembered.push(value),
    heads: () => heads.map((head) => ({ ...head })),
    who: () => ({ projectId: 'prj_1', listener: 'hub' }),
  };
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.spyOn(scheduler, 'wait').mockImplementation(() => new Promise<void>((resolve) => waits.push(resolve)));
  const publisher = new Publisher(wanted, port);
  let nextSeq = 1;
  return {
    publisher,
    calls,
    remembered,
    waits,
    append(size?: Size): void {
      const one = part(nextSeq++, size);
      for (const head of heads) head.nextSeq = nextSeq;
      publisher.push([one]);
    },
    async passWait(): Promise<void> {
      waits.pop()?.();
      for (let i = 0; i < 20; i++) await Promise.resolve();
    },
  };
}

const away = new Error('the hub is away');

describe('a publisher', () => {
  it('gathers what is appended while a call is under way, in order', async () => {
    const { calls, append } = started();
    append();
    append();
    append();
    await calls[0]?.end(true);
    expect(calls.map(({ seqs, heads }) => [seqs, heads])).toEqual([
      [[1], null],
      [[2, 3], null],
    ]);
  });

  it('sends no more at once than the hub can hold as text, however well it was packed', async () => {
    const { calls, append } = started();
    append();
    for (let i = 0; i < 5; i++) append({ packedBytes: 100, rawBytes: 1.5 * MIB });
    append({ packedBytes: 100, rawBytes: 40 * MIB });
    for (let i = 0; i < 5; i++) await calls[i]?.end(true);
    expect(calls.map(({ seqs }) => seqs)).toEqual([[1], [2, 3], [4, 5], [6], [7]]);
  });

  it('repeats a call that failed', async () => {
    const { calls, append, passWait } = started();
    append();
    await calls[0]?.end(away);
    append();
    await passWait();
    expect(calls[1]?.seqs).toEqual([1, 2]);
  });

  it('tells the hub where it stands after it has given up repeating, and again until that is heard', async () => {
    const { calls, append, passWait } = started();
    append();
    for (let i = 0; i < 6; i++) {
      await calls[i]?.end(away);
      append();
      await passWait();
    }
    expect(calls.slice(0, 6).every(({ seqs, heads }) => seqs[0] === 1 && heads === null)).toBe(true);
    expect(calls[6]).toMatchObject({ seqs: [], heads: 8 });
    append();
    await calls[6]?.end(away);
    await passWait();
    expect(calls[7]).toMatchObject({ seqs: [], heads: 9 });
    append();
    await calls[7]?.end(true);
    expect(calls[8]).toMatchObject({ seqs: [9], heads: null });
  });

  it('does so after it had to drop a queue that grew too large', async () => {
    const { calls, append } = started();
    append();
    for (let i = 0; i < 9; i++) append({ packedBytes: 4 * MIB });
    append();
    await calls[0]?.end(true);
    expect(calls[1]).toMatchObject({ seqs: [], heads: 12 });
  });

  it('does so after a restart, and only where the hub listens', () => {
    const listened = started();
    listened.publisher.recover();
    expect(listened.calls).toMatchObject([{ seqs: [], heads: 1 }]);
    const unheard = started(null);
    unheard.publisher.recover();
    unheard.append();
    expect(unheard.calls).toEqual([]);
  });

  it('waits no longer for a hub that calls', async () => {
    const { publisher, calls, append, waits } = started();
    append();
    await calls[0]?.end(away);
    expect(waits).toHaveLength(1);
    publisher.attach('all');
    await Promise.resolve();
    await Promise.resolve();
    expect(calls[1]?.seqs).toEqual([1]);
  });

  it('ends when the hub does not listen any more, unless it attached again meanwhile', async () => {
    const { publisher, calls, append, remembered } = started();
    append();
    publisher.attach('all');
    await calls[0]?.end(false);
    append();
    await calls[1]?.end(false);
    append();
    expect(calls).toHaveLength(2);
    expect(remembered).toEqual([null]);
    publisher.attach('all');
    append();
    expect(calls[2]?.seqs).toEqual([4]);
    expect(remembered).toEqual([null, 'all']);
  });

  it('sends a listener the streams that it wants alone, and makes no call for others', async () => {
    const { calls, append } = started(['vitals']);
    append();
    expect(calls).toEqual([]);
    append({ stream: 'vitals' });
    append();
    append({ stream: 'vitals' });
    await calls[0]?.end(true);
    expect(calls.map(({ seqs }) => seqs)).toEqual([[2], [4]]);
  });

  it('tells it where those streams stand, and no others', () => {
    const { publisher, calls } = started(['vitals']);
    publisher.recover();
    expect(calls[0]?.told).toEqual(['vitals']);
  });

  it('goes by what the listener wanted last, and remembers each change of it once', async () => {
    const { publisher, calls, append, remembered } = started(null);
    publisher.attach(['vitals']);
    publisher.attach(['vitals']);
    publisher.attach(['vitals', 'logs']);
    append();
    publisher.attach(['vitals']);
    await calls[0]?.end(true);
    append();
    append({ stream: 'vitals' });
    expect(calls.map(({ seqs }) => seqs)).toEqual([[1], [3]]);
    expect(remembered).toEqual([['vitals'], ['vitals', 'logs'], ['vitals']]);
  });
});

describe('the listeners of a journal', () => {
  function journal(meta: Map<string, string>) {
    const told: [string, Publication['parts'][number]['firstSeq'][], number | null][] = [];
    const answers = { HUB: true, ALERTS: true };
    const listener = (name: keyof typeof answers) => ({
      getByName: () => ({
        publish: async ({ parts, heads }: Publication) => {
          told.push([name, parts.map(({ firstSeq }) => firstSeq), heads?.length ?? null]);
          return { attached: answers[name] };
        },
      }),
    });
    const store = {
      meta: (name: string) => meta.get(name) ?? null,
      setMeta: (name: string, value: string | null) =>
        void (value === null ? meta.delete(name) : meta.set(name, value)),
    };
    const heads: StreamHead[] = [{ stream: 'logs', nextSeq: 3, sealedSeq: 1 }];
    const place = { projectId: () => 'prj_1', shard: () => 0, heads: () => heads };
    const env = { HUB: listener('HUB'), ALERTS: listener('ALERTS') } as unknown as Env;
    return { listeners: new Listeners(env, store, place), told, answers };
  }
  const turn = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };

  it('are told apart and remembered apart, also across a restart', async () => {
    const meta = new Map([['attached', '1']]);
    const { listeners, told, answers } = journal(meta);
    listeners.push([part(1)]);
    listeners.attach('alerts', ['logs', 'errors']);
    expect([...meta]).toEqual([
      ['attached', '1'],
      ['alerts_attached', 'logs,errors'],
    ]);
    await turn();
    listeners.push([part(2)]);
    await turn();
    expect(told).toEqual([
      ['HUB', [1], null],
      ['HUB', [2], null],
      ['ALERTS', [2], null],
    ]);
    answers.HUB = false;
    listeners.push([part(3)]);
    await turn();
    expect([...meta]).toEqual([['alerts_attached', 'logs,errors']]);
    const again = journal(meta);
    again.listeners.recover();
    again.listeners.push([part(4, { stream: 'vitals' })]);
    await turn();
    expect(again.told).toEqual([['ALERTS', [], 1]]);
  });
});
