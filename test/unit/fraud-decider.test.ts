import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decider } from '../../durable-objects/fraud/decider.ts';
import { type Group, Outbox } from '../../durable-objects/fraud/outbox.ts';
import type { EventInput, EventOutcome } from '../../src/fraud/calls.ts';
import type { FraudEvent } from '../../src/wire/fraud.ts';

interface Row {
  batch: number;
  keyId: string;
}

/** What of the object outlives its instance. */
class Disk {
  readonly events = new Map<number, FraudEvent>();
  readonly outbox = new Map<number, Row>();
  nextSeq = 1;

  /** As SQLite: all of it or nothing. */
  transaction<T>(work: () => T): T {
    const before = { events: new Map(this.events), outbox: new Map(this.outbox), nextSeq: this.nextSeq };
    try {
      return work();
    } catch (error) {
      for (const name of ['events', 'outbox'] as const) {
        this[name].clear();
        for (const [seq, value] of before[name]) this[name].set(seq, value as never);
      }
      this.nextSeq = before.nextSeq;
      throw error;
    }
  }

  batches(limit: number): { batch: number; keyId: string; seqs: number[] }[] {
    const groups = new Map<number, { batch: number; keyId: string; seqs: number[] }>();
    for (const [seq, { batch, keyId }] of [...this.outbox].sort(([a], [b]) => a - b)) {
      const group = groups.get(batch) ?? { batch, keyId, seqs: [] };
      group.seqs.push(seq);
      groups.set(batch, group);
    }
    return [...groups.values()].sort((a, b) => a.batch - b.batch).slice(0, limit);
  }
}

type Answer = 'stored' | 'away' | 'answer lost';

/** Knows a repeat by its name, as the journal does; the same name with other events is what it must never see. */
class FakeJournal {
  readonly byName = new Map<number, string[]>();
  appends = 0;
  readonly #open: (() => void)[] = [];
  #answers: Answer[] = [];
  #isHeld = false;

  plan(answers: Answer[]): void {
    this.#answers = answers;
  }

  /** Appends wait until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    for (const open of this.#open.splice(0)) open();
  }

  async append({ batch, events }: Group): Promise<boolean> {
    if (this.#isHeld) await new Promise<void>((resolve) => this.#open.push(resolve));
    this.appends++;
    const answer = this.#answers.shift() ?? 'stored';
    if (answer === 'away') return false;
    const ids = events.map(({ id }) => id);
    const known = this.byName.get(batch);
    if (known) expect(ids).toEqual(known);
    else this.byName.set(batch, ids);
    return answer === 'stored';
  }

  stored(): string[] {
    return [...this.byName.values()].flat();
  }
}

class Instance {
  readonly outbox: Outbox;
  readonly decider: Decider;
  refused = new Set<string>();
  transactions = 0;
  isDead = false;

  constructor(disk: Disk, journal: FakeJournal) {
    const rows = {
      insert: (seq: number, batch: number, keyId: string) => void disk.outbox.set(seq, { batch, keyId }),
      has: (seq: number) => disk.outbox.has(seq),
      drop: (batch: number) => {
        for (const [seq, row] of disk.outbox) if (row.batch === batch) disk.outbox.delete(seq);
      },
      batches: (limit: number) => disk.batches(limit),
    };
    this.outbox = new Outbox(rows, {
      append: (group) => journal.append(group),
      events: (seqs) => seqs.map((seq) => disk.events.get(seq) as FraudEvent),
    });
    this.decider = new Decider(this.outbox, {
      refusal: ({ keyId }) => (this.refused.has(keyId) ? { kind: 'key_revoked' } : null),
      transaction: (work) => {
        if (this.isDead) throw new Error('died');
        this.transactions++;
        return disk.transaction(work);
      },
      judge: (input, place) => {
        const seq = disk.nextSeq++;
        const event = { id: input.eventId } as FraudEvent;
        disk.events.set(seq, event);
        const batch = place(event, seq);
        if (input.eventType === 'poison') throw new Error('cannot be written');
        return { kind: 'new', decision: { eventId: input.eventId } as never, seq, batch };
      },
      written: () => undefined,
      countRepeat: async () => undefined,
    });
  }
}

const input = (id: string, { keyId = 'k1', nowMs = 0, eventType = 'payment' } = {}) =>
  ({ eventId: id, keyId, nowMs, eventType }) as EventInput;
const recordedOf = (outcome: EventOutcome) => (outcome.kind === 'decided' ? outcome.recorded : outcome.kind);

describe('events that come while an append is under way', () => {
  it('are decided in one transaction and sent in one append for each key', async () => {
    const [disk, journal] = [new Disk(), new FakeJournal()];
    const { decider, ...instance } = new Instance(disk, journal);
    journal.hold();
    const answers = [decider.decide(input('e0'))];
    for (let i = 1; i <= 20; i++) answers.push(decider.decide(input(`e${i}`, { keyId: i % 2 ? 'k1' : 'k2' })));
    expect([...disk.events.values()].map(({ id }) => id)).toEqual(['e0']);
    journal.release();
    expect((await Promise.all(answers)).map(recordedOf)).toEqual(Array(21).fill('stored'));
    expect(journal.appends).toBe(3);
    expect([...disk.events.values()].map(({ id }) => id)).toEqual(Array.from({ length: 21 }, (_, i) => `e${i}`));
    expect(journal.stored().sort()).toEqual([...disk.events.values()].map(({ id }) => id).sort());
    expect(instance.outbox.failures).toBe(0);
  });

  it('are refused where their key was revoked meanwhile', async () => {
    const journal = new FakeJournal();
    const { decider, refused } = new Instance(new Disk(), journal);
    journal.hold();
    const answers = [
      decider.decide(input('e0')),
      decider.decide(input('e1')),
      decider.decide(input('e2', { keyId: 'k2' })),
    ];
    refused.add('k1');
    journal.release();
    expect((await Promise.all(answers)).map(recordedOf)).toEqual(['stored', 'key_revoked', 'stored']);
  });

  it('fail alone where they cannot be written, and leave no row', async () => {
    const [disk, journal] = [new Disk(), new FakeJournal()];
    const { decider } = new Instance(disk, journal);
    journal.hold();
    const answers = ['payment', 'payment', 'poison', 'payment'].map((eventType, i) =>
      decider.decide(input(`e${i}`, { eventType })),
    );
    journal.release();
    const settled = await Promise.allSettled(answers);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(journal.stored()).toEqual(['e0', 'e1', 'e3']);
    expect([...disk.events.values()].map(({ id }) => id)).toEqual(['e0', 'e1', 'e3']);
  });

  it('come a hundred at a time', async () => {
    const journal = new FakeJournal();
    const instance = new Instance(new Disk(), journal);
    journal.hold();
    const answers = Array.from({ length: 251 }, (_, i) => instance.decider.decide(input(`e${i}`)));
    journal.release();
    await Promise.all(answers);
    expect([instance.transactions, journal.appends]).toEqual([4, 4]);
  });
});

describe('whatever the journal answers, whatever cannot be written and whenever the object dies', () => {
  it('each event that was decided is in the journal once, in a group that never changes', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          events: fc.array(fc.constantFrom('k1', 'k2', 'poison'), { minLength: 1, maxLength: 9 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ alarmAfterMs: fc.constantFrom(0, 1_000, 90_000) }) },
      { weight: 1, arbitrary: fc.constantFrom('dies' as const, 'dies while it sends' as const) },
    );
    const answers = fc.array(fc.constantFrom<Answer>('stored', 'away', 'answer lost'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), answers, async (steps, planned) => {
        const [disk, journal] = [new Disk(), new FakeJournal()];
        journal.plan(planned);
        let instance = new Instance(disk, journal);
        let [nowMs, next] = [0, 0];
        const decided: string[] = [];
        const settle = () => disk.transaction(() => instance.outbox.settle());
        for (const s of steps) {
          nowMs += 10;
          if (s === 'dies') instance = new Instance(disk, journal);
          else if (s === 'dies while it sends') {
            journal.hold();
            const asked = [next++, next++].map((n) => instance.decider.decide(input(`e${n}`, { nowMs })));
            instance.isDead = true;
            journal.release();
            await Promise.allSettled(asked);
            instance = new Instance(disk, journal);
          } else if ('alarmAfterMs' in s) {
            nowMs += s.alarmAfterMs;
            settle();
            await instance.outbox.flush(nowMs);
          } else {
            const sent = s.events.map((of) => {
              const id = `e${next++}`;
              const said = of === 'poison' ? { eventType: 'poison', nowMs } : { keyId: of, nowMs };
              return instance.decider.decide(input(id, said)).then(
                () => void decided.push(id),
                (error: Error) => expect(error.message).toBe('cannot be written'),
              );
            });
            await Promise.all(sent);
          }
        }
        journal.plan([]);
        while (!(await instance.outbox.flush(nowMs)));
        settle();
        // What a dead object wrote and did not answer is among them.
        expect(journal.stored().sort()).toEqual([...disk.events.values()].map(({ id }) => id).sort());
        expect(journal.stored()).toEqual(expect.arrayContaining(decided));
        expect(disk.outbox.size).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
