import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Me } from '../../../src/dashboard/api/types.ts';
import { csrfFrom } from '../../../src/dashboard/lib/csrf-cookie.ts';
import { isDue, isNews, notBeforeMs, reactionTo, rightsOf, sleepMs } from '../../../src/dashboard/lib/session-rules.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const ME: Me = {
  ...{ userId: 'usr_1', username: 'ana', role: 'analyst', projectIds: ['prj_1', 'prj_2'], sessionId: 'ses_1' },
  ...{ csrf: 'k.c', expiresAt: NOW + 60 * MINUTE, refreshAt: NOW + 15 * MINUTE, nowMs: NOW },
};

describe('when a session is refreshed', () => {
  it('is at its time, not before it, and at once where the time has passed in sleep', () => {
    expect(isDue(NOW, 0, NOW - 1)).toBe(false);
    expect(isDue(NOW, 0, NOW)).toBe(true);
    expect(isDue(NOW - 8 * 60 * MINUTE, 0, NOW)).toBe(true);
  });

  it('is looked at every quarter of a minute, because a timer does not run while the machine sleeps', () => {
    expect(sleepMs(NOW + 15 * MINUTE, 0, NOW)).toBe(15_000);
    expect(sleepMs(NOW + 400, 0, NOW)).toBe(400);
    expect(sleepMs(NOW - MINUTE, 0, NOW)).toBe(0);
  });

  it('is soon after a failure, ever later, and never more than half a minute later', () => {
    const waits = [1, 2, 3, 10, 100].map((n) => notBeforeMs({ kind: 'failed', failures: n }, NOW, 1) - NOW);
    expect(waits).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  it('is not at once again where the server keeps naming a time that has passed', () => {
    const notBefore = notBeforeMs({ kind: 'done' }, NOW, 0);
    expect(isDue(NOW, notBefore, NOW + 1_000)).toBe(false);
    expect(isDue(NOW, notBefore, NOW + 20_000)).toBe(true);
  });

  it('is tried by this tab where the one that is at it says nothing for seconds', () => {
    const notBefore = notBeforeMs({ kind: 'elsewhere' }, NOW, 0);
    expect(isDue(NOW, notBefore, NOW + 2_999)).toBe(false);
    expect(isDue(NOW, notBefore, NOW + 3_000)).toBe(true);
  });

  it('never sleeps through the moment when it is due, for any times', () => {
    const ms = fc.integer({ min: -10 * MINUTE, max: 10 * MINUTE });
    fc.assert(
      fc.property(ms, ms, (refreshIn, notBeforeIn) => {
        const sleep = sleepMs(NOW + refreshIn, NOW + notBeforeIn, NOW);
        expect(sleep).toBeGreaterThanOrEqual(0);
        expect(isDue(NOW + refreshIn, NOW + notBeforeIn, NOW + sleep - 1)).toBe(
          sleep === 0 && Math.max(refreshIn, notBeforeIn) < 0,
        );
        expect(isDue(NOW + refreshIn, NOW + notBeforeIn, NOW + sleep)).toBe(Math.max(refreshIn, notBeforeIn) <= 15_000);
      }),
    );
  });
});

describe('the word of another tab', () => {
  const refreshed = { kind: 'refreshed', sessionId: 'ses_1', expiresAtMs: NOW + 90 * MINUTE } as const;

  it('that it sees what this tab sees is nothing; anything else makes this tab ask the server, signed in or not', () => {
    const seen = { kind: 'seen', sessionId: 'ses_1', rights: rightsOf(ME) } as const;
    expect(reactionTo(seen, { ...ME, refreshAt: 0 })).toEqual({ kind: 'nothing' });
    expect(reactionTo(seen, null)).toEqual({ kind: 'look' });
    expect(reactionTo({ ...seen, sessionId: 'ses_2' }, ME)).toEqual({ kind: 'look' });
    expect(reactionTo({ ...seen, rights: rightsOf({ ...ME, role: 'viewer' }) }, ME)).toEqual({ kind: 'look' });
  });

  it.each(['ended', 'signed_out'] as const)('that this session has %s signs this tab out with it', (reason) => {
    expect(reactionTo({ kind: 'left', sessionId: 'ses_1', reason }, ME)).toEqual({ kind: 'leave', reason });
    expect(reactionTo({ kind: 'left', sessionId: 'ses_1', reason }, null)).toEqual({ kind: 'nothing' });
  });

  it('about the session before this one signs nobody out, however late it comes', () => {
    expect(reactionTo({ kind: 'left', sessionId: 'ses_0', reason: 'ended' }, ME)).toEqual({ kind: 'look' });
  });

  it('of new times is taken, so that this tab makes no refresh of its own', () => {
    const refreshAtMs = NOW + 30 * MINUTE;
    expect(reactionTo({ ...refreshed, refreshAtMs }, ME)).toEqual({
      kind: 'times',
      expiresAtMs: refreshed.expiresAtMs,
      refreshAtMs,
    });
  });

  it('of times that are not newer is nothing: it was overtaken', () => {
    expect(reactionTo({ ...refreshed, refreshAtMs: ME.refreshAt }, ME)).toEqual({ kind: 'nothing' });
  });

  it('of the times of another session, or of any while nobody is signed in here, makes this tab ask', () => {
    const other = { ...refreshed, sessionId: 'ses_9', refreshAtMs: NOW + 30 * MINUTE };
    expect(reactionTo(other, ME)).toEqual({ kind: 'look' });
    expect(reactionTo(other, null)).toEqual({ kind: 'look' });
  });
});

describe('what other tabs must know', () => {
  it.each<[string, Partial<Me>]>([
    ['another person', { userId: 'usr_2' }],
    ['another role', { role: 'viewer' }],
    ['a project less', { projectIds: ['prj_1'] }],
    ['all projects', { projectIds: null }],
    ['another session of the same person', { sessionId: 'ses_2' }],
  ])('is %s', (_, change) => {
    expect(isNews(ME, { ...ME, ...change })).toBe(true);
  });

  it('is who is there at all, after a page was loaded', () => {
    expect(isNews(null, ME)).toBe(true);
  });

  it('is not a new time, and not the same projects in another order', () => {
    const same = { ...ME, refreshAt: NOW + 30 * MINUTE, nowMs: NOW + 1, projectIds: ['prj_2', 'prj_1'] };
    expect(isNews(ME, same)).toBe(false);
    expect(rightsOf(same)).toBe(rightsOf(ME));
  });
});

describe('the CSRF cookie', () => {
  it('is read by its name, which over HTTPS is the one that no sibling domain can set', () => {
    const cookies = 'a=1; csrfToken=k.plain; __Host-csrfToken=k.host=; b=2';
    expect(csrfFrom(cookies, true)).toBe('k.host=');
    expect(csrfFrom(cookies, false)).toBe('k.plain');
    expect(csrfFrom('csrfToken=k.plain', true)).toBeNull();
    expect(csrfFrom('xcsrfToken=1; csrfToken=', false)).toBeNull();
    expect(csrfFrom('', false)).toBeNull();
  });
});
