import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../../src/dashboard/api/http.ts';
import { linesOf, ruleFault, valuesOf } from '../../../src/dashboard/pages/settings/rule-lines.ts';

const refusal = (pointer: string, reason: string): ApiError => ({
  ...{ kind: 'problem', status: 400, code: 'invalid_input', title: '', detail: '', requestId: null },
  ...{ retryAfterSeconds: null, members: {}, errors: [{ pointer, reason, position: null, length: null }] },
});

describe('rules that are written one a line', () => {
  it('are the lines that hold something', () => {
    expect(valuesOf('\n /a \n\n/b/*\n')).toEqual(['/a', '/b/*']);
    expect(linesOf('\n/a')).toEqual([{ line: 2, value: '/a' }]);
  });

  it('are found fault with by the line that a person sees, and only where it is about them', () => {
    const text = '/a\n\nb';
    expect(ruleFault(refusal('/pageRules/1', 'must begin with /'), text)).toBe('Line 3 must begin with /.');
    expect(ruleFault(refusal('/pageRules', 'must not have the same rule twice'), text)).toBe(
      'The rules must not have the same rule twice.',
    );
    expect(ruleFault(refusal('/bots', 'is missing'), text)).toBeNull();
    expect(ruleFault({ kind: 'network' }, text)).toBeNull();
    expect(ruleFault(null, text)).toBeNull();
  });
});
