import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kidsIn, listValue, retire, rotate, SECRET_NAMES, type SecretName } from '../../scripts/secrets/rotate.ts';
import { type Env, parseConfig } from '../../src/env.ts';

const secretOf = (letter: string) => letter.repeat(43);
const OLD = `k1:${secretOf('a')}`;
const FILE = `SESSION_SECRETS=${OLD}\nAPI_KEY_SECRETS=${OLD}\nSETUP_TOKEN=kept\nDATA_SECRETS=${OLD}`;

function textOf(change: { ok: true; text: string } | { ok: false; reason: string }): string {
  if (!change.ok) throw new Error(change.reason);
  return change.text;
}
function reasonOf(change: { ok: true; text: string } | { ok: false; reason: string }): string {
  return change.ok ? '' : change.reason;
}

/** The Worker's own reading of the file. */
function configOf(text: string) {
  const lines = text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  const values = Object.fromEntries(lines);
  return parseConfig({
    ...values,
    SETUP_TOKEN: '',
    JOURNAL_SHARDS: '1',
    USER_REQUESTS_PER_MINUTE: '1',
    DNS_RESOLVER_URL: 'https://resolver.example/dns-query',
  } as unknown as Env);
}

describe('rotate', () => {
  it.each(SECRET_NAMES)('puts a new %s first, keeps the old ones behind it, and touches no other line', (name) => {
    const once = textOf(rotate(FILE, name, secretOf('b')));
    expect(once).toBe(FILE.replace(`${name}=${OLD}`, `${name}=k2:${secretOf('b')},${OLD}`));
    const twice = rotate(once, name, secretOf('c'));
    expect(twice).toMatchObject({ ok: true, kids: ['k3', 'k2', 'k1'] });
    expect(listValue(textOf(twice), name)).toBe(`k3:${secretOf('c')},k2:${secretOf('b')},${OLD}`);
  });

  it('never gives a kid again that a token may still carry: not one of the list, not one that was retired', () => {
    let text = textOf(rotate(FILE, 'SESSION_SECRETS', secretOf('b')));
    text = textOf(rotate(text, 'SESSION_SECRETS', secretOf('c')));
    text = textOf(retire(text, 'SESSION_SECRETS', 'k2'));
    expect(rotate(text, 'SESSION_SECRETS', secretOf('d'))).toMatchObject({ kids: ['k4', 'k3', 'k1'] });
    const named = FILE.replace('SESSION_SECRETS=k1:', 'SESSION_SECRETS=2026-winter:');
    expect(rotate(named, 'SESSION_SECRETS', secretOf('b'))).toMatchObject({ kids: ['k1', '2026-winter'] });
  });

  it.each([
    ['quotes', `SESSION_SECRETS="${OLD}"`, `SESSION_SECRETS="k2:${secretOf('b')},${OLD}"`],
    ['single quotes', `SESSION_SECRETS='${OLD}'`, `SESSION_SECRETS='k2:${secretOf('b')},${OLD}'`],
    ['export and spaces', `export SESSION_SECRETS = ${OLD} `, `export SESSION_SECRETS = k2:${secretOf('b')},${OLD}`],
    [
      'comments around it',
      `# SESSION_SECRETS=x\nSESSION_SECRETS=${OLD}\n#`,
      `# SESSION_SECRETS=x\nSESSION_SECRETS=k2:${secretOf('b')},${OLD}\n#`,
    ],
    [
      'a name that ends in it',
      `OLD_SESSION_SECRETS=x\nSESSION_SECRETS=${OLD}`,
      `OLD_SESSION_SECRETS=x\nSESSION_SECRETS=k2:${secretOf('b')},${OLD}`,
    ],
  ])('reads an environment file with %s', (_, before, after) => {
    expect(textOf(rotate(before, 'SESSION_SECRETS', secretOf('b')))).toBe(after);
  });

  it.each([
    ['lacks the list', 'SETUP_TOKEN=x'],
    ['has it empty', 'SESSION_SECRETS='],
    ['has it twice', `SESSION_SECRETS=${OLD}\nSESSION_SECRETS=${OLD}`],
    ['has a secret that is too short', 'SESSION_SECRETS=k1:short'],
    ['has a pair without a kid', `SESSION_SECRETS=${secretOf('a')}`],
    ['has a kid twice', `SESSION_SECRETS=${OLD},${OLD}`],
  ])('leaves a file alone that %s, and says so without the secret', (_, text) => {
    for (const change of [rotate(text, 'SESSION_SECRETS', secretOf('b')), retire(text, 'SESSION_SECRETS', 'k1')]) {
      expect(reasonOf(change)).toMatch(/exactly one line SESSION_SECRETS=/);
      expect(reasonOf(change)).not.toMatch(/aaaa|short$/);
    }
    expect(kidsIn(text, 'SESSION_SECRETS')).toBeNull();
  });

  it('is right after any run of commands: the Worker reads the file, the newest signs, nothing is lost but what was retired', () => {
    const name = fc.constantFrom<SecretName>(...SECRET_NAMES);
    const step = fc.oneof(
      fc.record({ do: fc.constant('rotate' as const), name, letter: fc.constantFrom('x', 'y', 'z', 'w') }),
      fc.record({ do: fc.constant('retire' as const), name, at: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let text = FILE;
        for (const one of steps) {
          const before = kidsIn(text, one.name) ?? [];
          const kid = one.do === 'retire' ? (before[one.at] ?? 'none') : '';
          const change =
            one.do === 'rotate' ? rotate(text, one.name, secretOf(one.letter)) : retire(text, one.name, kid);
          expect(change.ok).toBe(one.do === 'rotate' || before.indexOf(kid) > 0);
          if (!change.ok) continue;
          const kept = before.filter((known) => known !== kid);
          expect(change.kids.slice(one.do === 'rotate' ? 1 : 0)).toEqual(kept);
          text = change.text;
          const { sessionSecrets, apiKeySecrets, dataSecrets } = configOf(text);
          const lists = { SESSION_SECRETS: sessionSecrets, API_KEY_SECRETS: apiKeySecrets, DATA_SECRETS: dataSecrets };
          expect(lists[one.name].map((pair) => pair.kid)).toEqual(change.kids);
        }
      }),
    );
  });
});

describe('retire', () => {
  const two = textOf(rotate(FILE, 'SESSION_SECRETS', secretOf('b')));

  it('takes an old secret off the list', () => {
    expect(textOf(retire(two, 'SESSION_SECRETS', 'k1'))).toContain(`SESSION_SECRETS=k2:${secretOf('b')}\n`);
  });

  it.each([
    ['the one that signs', two, 'k2', /makes new things with/],
    ['the last one', FILE, 'k1', /only secret/],
    ['one that is not there', two, 'k7', /has no k7: it has k2, k1/],
  ])('refuses %s', (_, text, kid, reason) => {
    expect(reasonOf(retire(text, 'SESSION_SECRETS', kid))).toMatch(reason);
  });
});
