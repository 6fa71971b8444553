import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../src/dashboard/api/http.ts';
import { fieldReason, isPlaced, limitedForSeconds, queryFault, sentence } from '../../../src/dashboard/lib/errors.ts';

function problem(errors: object[] = [], code = 'invalid_body', headers: Record<string, string> = {}) {
  return problemOf({ code, detail: 'It cannot be done.', errors }, 400, new Headers(headers));
}

describe('what the dashboard says about an error', () => {
  it('is the sentence of the server, and when to try again', () => {
    expect(sentence(problem())).toBe('It cannot be done.');
    expect(sentence(problem([], 'away', { 'retry-after': '2' }))).toBe('It cannot be done. Try again in 2 s.');
    expect(sentence({ kind: 'network' })).toBe('The server could not be reached. Check the connection.');
  });

  it('is a wait where too much was asked, and only there', () => {
    const limited = problemOf({ status: 429 }, 429, new Headers({ 'retry-after': '37' }));
    expect(limitedForSeconds(limited)).toBe(37);
    expect(limitedForSeconds(problemOf({}, 429, new Headers()))).toBeNull();
    expect(limitedForSeconds(problem([], 'away', { 'retry-after': '2' }))).toBeNull();
    expect(limitedForSeconds({ kind: 'network' })).toBeNull();
  });

  it('has words also for an answer that is no problem document', () => {
    expect(problemOf('<html>', 502, new Headers({ 'x-request-id': 'r1' }))).toMatchObject({
      status: 502,
      code: 'http_502',
      detail: 'The server answered with status 502.',
      requestId: 'r1',
    });
  });

  it('stands beside the field that it is about, also for one entry of a list', () => {
    const error = problem([{ pointer: '/origins/1', reason: 'is no origin' }]);
    expect(fieldReason(error, '/origins')).toBe('Is no origin.');
    expect(fieldReason(error, '/name')).toBeNull();
  });

  it('is said in general as soon as one reason has no field on the form', () => {
    const name = { pointer: '/name', reason: 'is too long' };
    expect(isPlaced(problem([name]), ['/name'])).toBe(true);
    expect(isPlaced(problem([name, { pointer: '/projectIds/0', reason: 'is unknown' }]), ['/name'])).toBe(false);
    expect(isPlaced(problem([name]), ['/nam'])).toBe(false);
    expect(isPlaced(problem([]), ['/name'])).toBe(false);
    expect(isPlaced({ kind: 'network' }, ['/name'])).toBe(false);
  });

  it('points at the exact characters of a search', () => {
    const entry = { pointer: '/q', reason: 'is never closed', position: 6, length: 2 };
    expect(queryFault(problem([entry], 'invalid_query'))).toEqual({
      position: 6,
      length: 2,
      reason: 'is never closed',
    });
    expect(queryFault(problem([entry], 'other'))).toBeNull();
  });
});
