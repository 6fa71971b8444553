import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRecoveryCodes, readRecoveryCode, recoveryCodeHash } from '../../src/auth/factors/recovery-codes.ts';
import { totpCode, totpEnrolment, totpStep } from '../../src/auth/factors/totp.ts';
import { utf8 } from '../../src/shared/bytes.ts';

/** RFC 6238, appendix B: the secret of SHA-1, seconds, and the code of eight digits, of which six are the last ones. */
const RFC_SECRET = utf8('12345678901234567890');
const VECTORS: [number, string][] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
];

describe('TOTP', () => {
  it.each(VECTORS)('at %d s gives and takes the code of RFC 6238', (seconds, eight) => {
    const code = eight.slice(-6);
    expect(totpCode(RFC_SECRET, seconds * 1000)).toBe(code);
    expect(totpStep(RFC_SECRET, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it('takes the code of the step before and of the one after, and says which step it is of; no other', () => {
    const at = 1_111_111_109_000;
    const step = Math.floor(at / 30_000);
    for (const [offset, expected] of [
      [-2, null],
      [-1, step - 1],
      [0, step],
      [1, step + 1],
      [2, null],
    ] as const) {
      expect(totpStep(RFC_SECRET, totpCode(RFC_SECRET, at + offset * 30_000), at)).toBe(expected);
    }
  });

  it('takes no text that is not six digits', () => {
    const at = 59_000;
    const code = totpCode(RFC_SECRET, at);
    for (const text of [
      '',
      code.slice(1),
      `${code}0`,
      ` ${code}`,
      `-${code}`,
      '٢٨٧٠٨٢',
      '94287082',
      `${code.slice(0, 5)}x`,
    ])
      expect(totpStep(RFC_SECRET, text, at), text).toBeNull();
  });

  it('is set up by base32 and a URI that names the site and the user', () => {
    const { secret, uri } = totpEnrolment(RFC_SECRET, 'grace@example.com');
    expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const { protocol, host, pathname, searchParams } = new URL(uri);
    expect([protocol, host, decodeURIComponent(pathname)]).toEqual([
      'otpauth:',
      'totp',
      '/Breakwater:grace@example.com',
    ]);
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ issuer: 'Breakwater', secret, algorithm: 'SHA1', digits: '6', period: '30' },
    });
  });
});

describe('recovery codes', () => {
  it('are ten different ones of 80 bits in groups of four', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
  });

  it('are read in any case and grouping, and never taken for a code of an app', () => {
    const [code = ''] = newRecoveryCodes();
    const bare = code.replaceAll('-', '');
    for (const text of [code, bare, code.toLowerCase(), ` ${code.replaceAll('-', ' ')} `])
      expect(readRecoveryCode(text)).toBe(bare);
    fc.assert(fc.property(fc.stringMatching(/^\d{6}$/), (digits) => readRecoveryCode(digits) === null));
    fc.assert(fc.property(fc.string(), (text) => /^([A-Z2-7]{16})?$/.test(readRecoveryCode(text) ?? '')));
  });

  it('are looked up by a hash of the user and the code, whatever the grouping', () => {
    const hash = recoveryCodeHash('usr_1', 'ABCD-EFGH-IJKL-MNOP');
    expect(hash).toBe(recoveryCodeHash('usr_1', 'ABCDEFGHIJKLMNOP'));
    expect(hash).not.toBe(recoveryCodeHash('usr_2', 'ABCDEFGHIJKLMNOP'));
  });
});
