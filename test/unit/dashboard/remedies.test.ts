import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connectProof, connectSession, problemOf, request } from '../../../src/dashboard/api/http.ts';
import { secondFactorOf } from '../../../src/dashboard/lib/second-factor.ts';
import { sharedQuestion } from '../../../src/dashboard/lib/shared-question.ts';

const refusal = (status: number, code: string) => () => Response.json({ status, code }, { status });
const done = () => Response.json({ done: true });

/** Answers requests in turn, the last answer for ever. Returns how many were sent. */
function answering(...answers: (() => Response)[]): { sent: () => number } {
  let sent = 0;
  vi.stubGlobal('fetch', async () => answers[Math.min(sent++, answers.length - 1)]?.());
  return { sent: () => sent };
}

const confirm = vi.fn<() => Promise<boolean>>();
const prove = vi.fn<() => Promise<boolean>>();
const renewCsrf = vi.fn<() => Promise<boolean>>();

beforeEach(() => {
  for (const ask of [confirm, prove, renewCsrf]) ask.mockReset().mockResolvedValue(true);
  connectSession({ confirm, renewCsrf });
  connectProof(prove);
});

describe('a request that is refused because nobody is signed in', () => {
  it('is sent again where somebody is after all: a lost race signs nobody out', async () => {
    const { sent } = answering(refusal(401, 'unauthenticated'), done);
    expect(await request('DELETE', '/api/projects/p/keys/k')).toMatchObject({ ok: true });
    expect([sent(), confirm.mock.calls.length]).toEqual([2, 1]);
  });

  it('stays refused where nobody is', async () => {
    confirm.mockResolvedValue(false);
    const { sent } = answering(refusal(401, 'unauthenticated'));
    expect(await request('GET', '/api/projects')).toMatchObject({ ok: false, error: { status: 401 } });
    expect(sent()).toBe(1);
  });

  it('is sent twice and no more', async () => {
    const { sent } = answering(refusal(401, 'unauthenticated'));
    expect(await request('GET', '/api/projects')).toMatchObject({ ok: false, error: { status: 401 } });
    expect([sent(), confirm.mock.calls.length]).toEqual([2, 1]);
  });

  it('is only a wrong password where the request is a sign-in', async () => {
    answering(refusal(401, 'invalid_credentials'));
    await request('POST', '/api/auth/login', { anonymous: true });
    expect(confirm).not.toHaveBeenCalled();
  });
});

describe('a request that needs a fresh proof', () => {
  it('is sent again when the proof is there', async () => {
    const { sent } = answering(refusal(403, 'step_up_required'), done);
    expect(await request('POST', '/api/users', { body: {} })).toMatchObject({ ok: true });
    expect([sent(), prove.mock.calls.length]).toEqual([2, 1]);
  });

  it('gets its own refusal when the person does not want to', async () => {
    prove.mockResolvedValue(false);
    const { sent } = answering(refusal(403, 'step_up_required'));
    expect(await request('PATCH', '/api/users/u')).toMatchObject({ ok: false, error: { code: 'step_up_required' } });
    expect(sent()).toBe(1);
  });

  it('asks once: a server that wants it again after a proof means something else', async () => {
    const { sent } = answering(refusal(403, 'step_up_required'));
    expect(await request('DELETE', '/api/x')).toMatchObject({ ok: false, error: { code: 'step_up_required' } });
    expect([sent(), prove.mock.calls.length]).toEqual([2, 1]);
  });

  it('may need a new CSRF token before, and both are had', async () => {
    const { sent } = answering(refusal(403, 'csrf_invalid'), refusal(403, 'step_up_required'), done);
    expect(await request('PUT', '/api/x')).toMatchObject({ ok: true });
    expect([sent(), renewCsrf.mock.calls.length, prove.mock.calls.length]).toEqual([3, 1, 1]);
  });

  it('is not every 403', async () => {
    answering(refusal(403, 'forbidden'));
    await request('DELETE', '/api/x');
    expect(prove).not.toHaveBeenCalled();
  });
});

describe('a question that several ask', () => {
  it('opens once and its answer is everybody’s; the next one opens anew', async () => {
    const opened = vi.fn();
    const question = sharedQuestion<boolean>(opened);
    const asked = [question.ask(), question.ask(), question.ask()];
    question.answer(true);
    expect(await Promise.all(asked)).toEqual([true, true, true]);
    question.answer(false);
    const next = question.ask();
    question.answer(false);
    expect([await next, opened.mock.calls.length]).toEqual([false, 2]);
  });
});

describe('the second factor that a sign-in needs', () => {
  const refused = (body: object) => secondFactorOf(problemOf(body, 401, null));

  it('is read from the refusal', () => {
    const passkey = { challenge: 'x' };
    const methods = ['totp', 'recovery', 'passkey', 'carrier pigeon'];
    expect(refused({ code: 'second_factor_required', challenge: 'c', methods, passkey })).toEqual({
      challenge: 'c',
      methods: ['totp', 'recovery', 'passkey'],
      passkey,
    });
    expect(refused({ code: 'second_factor_required', challenge: 'c', methods: ['totp'] })?.passkey).toBeNull();
  });

  it('is none where the refusal is another one, or says nothing of use', () => {
    expect(refused({ code: 'invalid_credentials', challenge: 'c', methods: ['totp'] })).toBeNull();
    expect(refused({ code: 'second_factor_required', methods: ['totp'] })).toBeNull();
    expect(refused({ code: 'second_factor_required', challenge: 'c' })).toBeNull();
    expect(secondFactorOf({ kind: 'network' })).toBeNull();
  });
});
