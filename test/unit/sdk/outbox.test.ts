import { beforeEach, describe, expect, it } from 'vitest';
import { takeLost } from '../../../src/sdk/lost.ts';
import { type Batch, forget, keep, openOutbox, trim, waiting } from '../../../src/sdk/outbox.ts';

const NOW_MS = 1_795_780_800_000;
const HOUR_MS = 3_600_000;

/** What a browser gives an origin: keys are properties of the object itself, methods are not. */
class FakeStorage {
  [key: string]: unknown;
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? (this[key] as string) : null;
  }
  setItem(key: string, text: string): void {
    this[key] = text;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

class FullStorage extends FakeStorage {
  override setItem(): void {
    throw new DOMException('full', 'QuotaExceededError');
  }
}

const storageOf = (fake: FakeStorage) => fake as unknown as Storage;
const batch = (body: string, createdMs = NOW_MS, records = 1): Batch => [createdMs, records, body];
/** As a page begins: with nothing in its memory. */
const openPage = (disk: Storage | null, keyId: string) => {
  waiting.clear();
  openOutbox(disk, keyId);
};

beforeEach(() => {
  openPage(null, 'bw_other');
  takeLost();
});

describe('what is not answered for', () => {
  it('is found by the next page, and not by a page with another key', () => {
    const disk = new FakeStorage();
    openPage(storageOf(disk), 'bw_a');
    keep('1', batch('{"first":1}', NOW_MS, 3));
    keep('2', batch('{"second":2}'));
    forget('1');
    openPage(storageOf(disk), 'bw_b');
    expect([...waiting]).toEqual([]);
    openPage(storageOf(disk), 'bw_a');
    expect([...waiting]).toEqual([['2', batch('{"second":2}')]]);
  });

  it('is there while the page lives where storage is full or forbidden', () => {
    for (const disk of [storageOf(new FullStorage()), null]) {
      openPage(disk, 'bw_a');
      keep('1', batch('{}'));
      expect([...waiting.keys()]).toEqual(['1']);
      forget('1');
      expect(waiting.size).toBe(0);
    }
  });

  it('is told from what somebody else has written under such a name', () => {
    const disk = new FakeStorage();
    disk.setItem('bw_a:1', 'no JSON');
    disk.setItem('bw_a:2', 'null');
    disk.setItem('bw_a:3', '[1,2]');
    disk.setItem('cart', '{"items":3}');
    openPage(storageOf(disk), 'bw_a');
    expect([...waiting]).toEqual([]);
    expect(Object.keys(disk)).toEqual(['cart']);
  });

  it('is given up in memory also where the page may no longer write', () => {
    const disk = new FakeStorage();
    openPage(storageOf(disk), 'bw_a');
    keep('1', batch('{}'));
    disk.removeItem = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    forget('1');
    expect(waiting.size).toBe(0);
  });

  it('is given up after 23 hours, before the server forgets its id, and counted', () => {
    openPage(storageOf(new FakeStorage()), 'bw_a');
    keep('old', batch('{}', NOW_MS - 23 * HOUR_MS - 1, 5));
    keep('new', batch('{}', NOW_MS - 23 * HOUR_MS));
    trim(NOW_MS);
    expect([...waiting.keys()]).toEqual(['new']);
    expect(takeLost()).toEqual({ age: 5 });
  });

  it('is given up from the first on when it is too much, and counted', () => {
    const disk = new FakeStorage();
    openPage(storageOf(disk), 'bw_a');
    for (let i = 0; i < 10; i++) keep(`${i}`, batch('x'.repeat(50_000), NOW_MS, 7));
    trim(NOW_MS);
    expect([...waiting.keys()]).toEqual(['4', '5', '6', '7', '8', '9']);
    expect(Object.keys(disk)).toEqual(['4', '5', '6', '7', '8', '9'].map((id) => `bw_a:${id}`));
    expect(takeLost()).toEqual({ queue: 28 });
    expect(takeLost()).toEqual({});
  });
});
