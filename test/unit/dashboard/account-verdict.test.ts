import { describe, expect, it } from 'vitest';
import type { SecurityEvent } from '../../../src/dashboard/api/types.ts';
import { verdictOf, WATCHED_MS } from '../../../src/dashboard/lib/account-verdict.ts';
import { countryName } from '../../../src/dashboard/lib/country.ts';
import { detailWords } from '../../../src/dashboard/lib/event-detail.ts';
import { eventWords } from '../../../src/dashboard/lib/event-words.ts';

const NOW = 1_800_000_000_000;
let seq = 0;
const event = (action: string, agoMs = 60_000, address: string | null = '203.0.113.9'): SecurityEvent => ({
  ...{ seq: ++seq, atMs: NOW - agoMs, action, address, detail: null },
});
const times = (count: number, action: string) => Array.from({ length: count }, () => event(action));
const verdict = (...events: SecurityEvent[]) => verdictOf([{ current: true }], events, NOW);

describe('whether somebody else is in the account', () => {
  it('is denied where nothing points to it, and says where one is signed in', () => {
    expect(verdict(event('session.login'))).toEqual({
      ...{ tone: 'ok', text: 'Nothing points to somebody else in your account', notices: [] },
      detail: 'You are signed in here and nowhere else.',
    });
    expect(verdictOf([{ current: true }, { current: false }], [], NOW).detail).toBe('You are signed in on 2 devices.');
  });

  it('is bad where an old copy of a session was used, whatever else happened', () => {
    const { tone, notices } = verdict(
      event('session.login_failed'),
      event('session.moved'),
      event('session.reuse_detected'),
    );
    expect(tone).toBe('bad');
    expect(notices.map(({ id, tone: of }) => [id, of])).toEqual([
      ['reuse', 'bad'],
      ['moved', 'warn'],
      ['failed', 'info'],
    ]);
  });

  it('is doubtful where a session moved, or where many sign-ins failed', () => {
    expect(verdict(event('session.moved')).tone).toBe('warn');
    expect(verdict(...times(4, 'session.login_failed')).tone).toBe('ok');
    expect(verdict(...times(5, 'session.login_failed'))).toMatchObject({ tone: 'warn', notices: [{ tone: 'warn' }] });
  });

  it('is doubtful where somebody comes to the second factor and no further, again and again', () => {
    expect(verdict(...times(2, 'session.second_factor_failed'))).toMatchObject({
      tone: 'ok',
      notices: [{ tone: 'info' }],
    });
    expect(verdict(...times(3, 'session.second_factor_failed')).text).toBe('Somebody may know your password');
  });

  it('names the newest address and counts, in any order of events', () => {
    const [notice] = verdict(
      event('session.login_failed', 9_000, '192.0.2.1'),
      event('session.login_failed', 5_000, '192.0.2.2'),
      event('session.login_failed', 7_000, '192.0.2.3'),
    ).notices;
    expect(notice).toMatchObject({
      atMs: NOW - 5_000,
      text: expect.stringMatching(/failed 3 times .* From 192\.0\.2\.2,$/),
    });
    expect(verdict(event('session.moved', 1, null)).notices[0]?.text).not.toMatch(/From/);
  });

  it('forgets what is more than 30 days ago', () => {
    expect(verdict(event('session.reuse_detected', WATCHED_MS))).toMatchObject({ tone: 'ok', notices: [] });
    expect(verdict(event('session.reuse_detected', WATCHED_MS - 1)).tone).toBe('bad');
  });
});

describe('the words for an event', () => {
  it('are the action’s own name where it is not known, also where that is a name of every object', () => {
    expect(eventWords('session.login').text).toBe('Signed in');
    expect(eventWords('thing.of_tomorrow')).toEqual({ text: 'thing.of_tomorrow', tone: 'info' });
    expect(eventWords('constructor')).toEqual({ text: 'constructor', tone: 'info' });
  });

  it.each([
    ['session.login', null, ''],
    ['session.login', { userId: 'usr_own', factor: 'totp' }, 'with the authenticator app'],
    ['session.login', { userId: 'usr_own', factor: 'passkey' }, 'with a passkey'],
    ['session.login_failed', { disabled: false }, ''],
    ['session.login_failed', { disabled: true }, 'the account is disabled'],
    ['session.login_failed', { factor: 'passkey', reason: 'no user handle' }, 'with a passkey; no user handle'],
    [
      'session.second_factor_failed',
      { factor: 'code', reason: 'wrong, or used before' },
      'with a code; wrong, or used before',
    ],
    ['session.second_factor_asked', { methods: ['totp', 'recovery'] }, 'the authenticator app or a recovery code'],
    ['session.step_up', { by: 'password' }, 'with the password'],
    [
      'session.moved',
      { country: { from: 'DE', to: 'XX' }, browser: { from: 'Firefox, Linux', to: 'Chrome, Windows' } },
      'from Germany to unknown place; from Firefox, Linux to Chrome, Windows',
    ],
    [
      'session.reuse_detected',
      { openedFrom: '192.0.2.1', lastSeenFrom: '192.0.2.9' },
      'opened from 192.0.2.1; last used from 192.0.2.9',
    ],
    ['factor.totp_enable', { recoveryCodes: 10 }, '10 recovery codes'],
    ['factor.passkey_add', { passkeyId: 'abc', name: 'Laptop', backedUp: false }, '“Laptop”; on that device only'],
    ['factor.passkey_remove', { passkeyId: 'abc' }, ''],
    [
      'factor.passkey_counter_refused',
      { passkeyId: 'abc', counter: 4, known: 9 },
      'it had counted to 4; the one that is known to 9',
    ],
    [
      'user.reset_factors',
      { cleared: ['totp', 'recovery', 'passkey'] },
      'the authenticator app, a recovery code and a passkey',
    ],
    ['user.reset_factors', { cleared: [] }, ''],
    [
      'user.recover',
      { wasDisabled: true, factorsCleared: ['passkey'] },
      'the account was disabled before; took away a passkey',
    ],
    ['user.setup', { username: 'admin', role: 'admin' }, 'as an administrator'],
    ['user.create', { username: 'ada', role: 'viewer', projectIds: ['prj_1'] }, 'as a viewer; one project'],
    ['user.update', { disabled: false }, 'the account is enabled'],
    ['user.update', { password: 'changed', projectIds: [] }, 'another password; no project'],
    ['user.change_password', { newSession: 'ses_1' }, ''],
  ])('%s with %j says “%s” of its detail', (action, detail, words) => {
    expect(detailWords(action, detail)).toBe(words);
  });

  it('come with the plain values of a detail that nobody has words for, cut to what fits in a line', () => {
    const of = (detail: Record<string, unknown>) => detailWords('thing.of_tomorrow', detail);
    expect(of({ fromCountry: 'DE', nested: { a: 1 }, empty: '', count: 3, is_new: true })).toBe(
      'from country: DE; count: 3; is new: true',
    );
    expect(of({ browser: { from: 'a' }, constructor: 'x', by: 'telepathy' })).toBe('constructor: x; with telepathy');
    expect(of({ agent: 'x'.repeat(200) })).toHaveLength('agent: '.length + 61);
  });
});

describe('a place', () => {
  it('has the name of its country, or none', () => {
    expect(['DE', 'T1', 'XX', null, 'de', '../'].map(countryName)).toEqual([
      ...['Germany', 'Tor network', 'unknown place', 'unknown place', 'unknown place', 'unknown place'],
    ]);
  });
});
