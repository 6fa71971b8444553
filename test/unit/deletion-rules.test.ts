import { describe, expect, it } from 'vitest';
import { normaliseIdentity } from '../../src/compliance/deletions/identity/identity.ts';
import { Person } from '../../src/compliance/deletions/identity/person.ts';
import { openPerson, referencesOf, sealPerson } from '../../src/compliance/deletions/identity/sealed.ts';
import { deadlineAlarm, graceEndsAtMs, retryAtMs } from '../../src/compliance/deletions/lifecycle/grace.ts';
import { type DeletionEvent, moved, statesBefore } from '../../src/compliance/deletions/lifecycle/lifecycle.ts';
import { periodEndsMs } from '../../src/shared/calendar.ts';
import { DELETION_STATES } from '../../src/wire/compliance.ts';

const at = (iso: string): number => Date.parse(iso);
const MINUTE_MS = 60_000;

describe('the grace period', () => {
  const month = { months: 1 };
  const cases: [string, string, number, string, string, string][] = [
    [
      'of a week ends after a week',
      '2026-05-04T10:00:00Z',
      7,
      '2026-05-04T10:00:00Z',
      'UTC',
      '2026-05-11T10:00:00.000Z',
    ],
    [
      'of 30 days fits into a month of 31',
      '2026-05-04T10:00:00Z',
      30,
      '2026-05-04T10:00:00Z',
      'UTC',
      '2026-06-03T10:00:00.000Z',
    ],
    [
      'ends a day before the deadline where February is short',
      '2026-01-31T10:00:00Z',
      30,
      '2026-01-31T10:00:00Z',
      'UTC',
      '2026-02-27T23:59:59.999Z',
    ],
    [
      'has one day more in a leap year',
      '2028-01-31T10:00:00Z',
      30,
      '2028-01-31T10:00:00Z',
      'UTC',
      '2028-02-28T23:59:59.999Z',
    ],
    [
      'counts the deadline from the receipt, not from when it was entered',
      '2026-05-20T10:00:00Z',
      30,
      '2026-05-01T10:00:00Z',
      'UTC',
      '2026-05-31T23:59:59.999Z',
    ],
    [
      'is over at once where the deadline has passed',
      '2026-07-20T10:00:00Z',
      30,
      '2026-05-01T10:00:00Z',
      'UTC',
      '2026-07-20T10:00:00.000Z',
    ],
    ['may be none', '2026-05-04T10:00:00Z', 0, '2026-05-04T10:00:00Z', 'UTC', '2026-05-04T10:00:00.000Z'],
    [
      'ends by the days of the zone',
      '2026-01-31T20:00:00Z',
      30,
      '2026-01-31T20:00:00Z',
      'Asia/Kolkata',
      '2026-02-28T18:29:59.999Z',
    ],
  ];
  it.each(cases)('%s', (_, entered, graceDays, received, zone, ends) => {
    const deadlineAtMs = periodEndsMs(at(received), month, zone);
    expect(new Date(graceEndsAtMs({ enteredAtMs: at(entered), graceDays, deadlineAtMs })).toISOString()).toBe(ends);
  });

  it('is followed by warnings from three days before the deadline on', () => {
    const deadline = at('2026-06-04T00:00:00Z');
    expect(deadlineAlarm(deadline, at('2026-05-31T23:59:59Z'))).toBe('none');
    expect(deadlineAlarm(deadline, at('2026-06-01T00:00:00Z'))).toBe('near');
    expect(deadlineAlarm(deadline, deadline - 1)).toBe('near');
    expect(deadlineAlarm(deadline, deadline)).toBe('over');
  });

  it('lets a failed step wait twice as long each time, and an hour at most', () => {
    expect([1, 2, 3, 6, 50].map((attempts) => retryAtMs(attempts, 0) / MINUTE_MS)).toEqual([2, 4, 8, 60, 60]);
  });
});

describe('the state of a request', () => {
  const EVENTS: DeletionEvent[] = ['grace_ended', 'execute', 'cancel', 'begin', 'finish', 'reopen'];

  it('moves only as the table says', () => {
    const table = DELETION_STATES.flatMap((state) =>
      EVENTS.flatMap((event) => (moved(state, event) ? [`${state} ${event} ${moved(state, event)}`] : [])),
    );
    expect(table).toEqual([
      ...[
        'grace grace_ended due',
        'grace execute due',
        'grace cancel cancelled',
        'due cancel cancelled',
        'due begin running',
      ],
      ...['running finish done', 'done reopen running'],
    ]);
  });

  it('cannot be taken back once anything may be deleted', () => {
    expect(statesBefore('cancel')).toEqual(['grace', 'due']);
  });
});

describe('an identity', () => {
  const config = (...kids: string[]) => ({
    dataSecrets: kids.map((kid) => ({ kid, secret: kid.repeat(43) })) as [{ kid: string; secret: string }],
  });
  const jane = { userIds: ['u1', ' u1 ', 'u2'], sessionIds: [], identifiers: ['Jane@Example.com', 'jane@example.com'] };

  it('is the same however it was typed', () => {
    expect(normaliseIdentity(jane)).toEqual({
      userIds: ['u1', 'u2'],
      sessionIds: [],
      identifiers: ['jane@example.com'],
    });
  });

  it('has one reference, of its project, that a newer secret still finds', () => {
    const identity = normaliseIdentity(jane);
    const [old] = referencesOf(config('a'), 'prj_1', identity);
    expect(referencesOf(config('b', 'a'), 'prj_1', identity)).toContain(old);
    expect(referencesOf(config('b', 'a'), 'prj_1', identity)[0]).not.toBe(old);
    expect(referencesOf(config('a'), 'prj_2', identity)).not.toContain(old);
    expect(old).not.toContain('jane');
  });

  it('opens for its own request alone', () => {
    const person = { identity: normaliseIdentity(jane), contact: 'jane@example.com' };
    const sealed = sealPerson(config('a'), 'del_1', person);
    expect(openPerson(config('b', 'a'), 'del_1', sealed)).toEqual(person);
    expect(() => openPerson(config('a'), 'del_2', sealed)).toThrow();
    expect(() => openPerson(config('b'), 'del_1', sealed)).toThrow();
  });
});

describe('what names a person', () => {
  const person = new Person({
    userIds: ['u1', '4711'],
    sessionIds: ['s-1'],
    identifiers: ['jane@example.com', '+441234567890', 'åsa.öst'],
  });
  const cases: [string, object, boolean][] = [
    ['its user id', { message: 'x', userId: 'u1' }, true],
    ['its session', { message: 'x', sessionId: 's-1' }, true],
    ['another user id that begins alike', { message: 'x', userId: 'u11' }, false],
    ['a user id in other letters', { message: 'x', userId: 'U1' }, false],
    ['a user id in the place of a session', { message: 'x', sessionId: 'u1' }, false],
    ['a user id in a text', { message: 'u1 went away' }, false],
    ['a user id deep in the attributes', { attrs: { request: [{ user_id: 'u1' }] } }, true],
    ['a user id as a number', { attrs: { userId: 4711 } }, true],
    ['the number elsewhere', { attrs: { port: 4711 } }, false],
    ['an identifier in a message', { message: 'mail to <JANE@example.COM> sent' }, true],
    ['the longer address of somebody else', { message: 'mary.jane@example.com wrote to x+jane@example.com' }, false],
    ['an address in a longer domain', { message: 'jane@example.com.au' }, false],
    ['an address at the end of a sentence', { message: 'We wrote to jane@example.com. Nothing came.' }, true],
    ['an address behind a name of a field', { message: 'user=jane@example.com,key-jane@example.com' }, true],
    ['an identifier as a part of a word', { message: 'xjane@example.com' }, false],
    ['an identifier with more behind', { message: 'jane@example.community' }, false],
    ['an identifier at any depth', { attrs: { a: { b: ['tel:+441234567890;ext=1'] } } }, true],
    ['a longer number', { message: '+4412345678901' }, false],
    ['letters with accents of two characters', { message: 'Hello A\u030asa.O\u0308st' }, true],
  ];
  it.each(cases)('%s', (_, record, named) => {
    expect(person.isNamedInLine(JSON.stringify(record))).toBe(named);
  });

  it('is found behind escapes of JSON', () => {
    expect(person.isNamedInLine('{"message":"\\u006aane@example.com"}')).toBe(true);
    expect(new Person({ userIds: ['a"b'], sessionIds: [], identifiers: [] }).isNamedInLine('{"userId":"a\\"b"}')).toBe(
      true,
    );
  });
});
