import { expect, it } from 'vitest';
import { factorWords } from '../../../src/dashboard/lib/factor-words.ts';

it.each([
  [false, 0, null],
  [true, 0, 'an authenticator app'],
  [false, 1, '1\u00a0passkey'],
  [true, 2, 'an authenticator app and 2\u00a0passkeys'],
])('an app %s and %i passkeys are "%s"', (totp, passkeys, words) => {
  expect(factorWords({ totp, passkeys })).toBe(words);
});
