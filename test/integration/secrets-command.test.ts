import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { deploySecrets } from '../../scripts/secrets/deploy.ts';
import { parseSecretsFlags, refuseSecretsFlagsTakenByNpm } from '../../scripts/secrets/flags.ts';
import { kidsIn } from '../../scripts/secrets/rotate.ts';
import { ensureSecrets } from '../../scripts/start/state-folder.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

const OLD = `k1:${'a'.repeat(43)}`;

describe('the command line', () => {
  it('is read with its defaults', () => {
    expect(parseSecretsFlags(['rotate', 'SESSION_SECRETS'])).toEqual({
      command: { kind: 'rotate', name: 'SESSION_SECRETS' },
      at: { stateDir: '.breakwater' },
      ...{ deploy: false, env: null, yes: false },
    });
    expect(parseSecretsFlags([]).command).toEqual({ kind: 'help' });
  });

  it.each([
    [['rotate'], /takes a NAME/],
    [['rotate', 'SETUP_TOKEN'], /none of SESSION_SECRETS/],
    [['retire', 'SESSION_SECRETS'], /a NAME and a kid/],
    [['list', 'SESSION_SECRETS'], /takes nothing/],
    [['steal'], /no command/],
    [['list', '--deploy'], /nothing to deploy/],
    [['rotate', 'SESSION_SECRETS', '--env', 'x'], /goes with --deploy/],
    [['rotate', 'SESSION_SECRETS', '--deploy', '--env', '--name'], /--env/],
    [['list', '--file', 'a', '--state-dir', 'b'], /one of/],
    [['list', '--file', ''], /must not be empty/],
    [['list', '--colour'], /Unknown option/],
  ])('%j is refused', (argv, sentence) => {
    expect(() => parseSecretsFlags(argv)).toThrow(sentence);
  });

  it('says when npm took a flag for itself', () => {
    const env = { npm_lifecycle_event: 'secrets', npm_config_file: 'x' };
    expect(() => refuseSecretsFlagsTakenByNpm(env)).toThrow(/npm took --file/);
    expect(() => refuseSecretsFlagsTakenByNpm({ ...env, npm_lifecycle_event: 'start' })).not.toThrow();
  });
});

function secrets(...args: string[]) {
  const argv = [path.join(PROJECT_DIR, 'scripts/launch.mjs'), 'scripts/secrets.ts', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: PROJECT_DIR, encoding: 'utf8' });
  return { code: status, text: stdout + stderr };
}

describe('npm run secrets', () => {
  it('makes, lists, rotates and retires in one private file, and never prints a secret', () => {
    const dir = temporaryFolder('secrets');
    const file = path.join(dir, 'production.env');
    const said = [
      secrets('init', '--file', file),
      secrets('rotate', 'API_KEY_SECRETS', '--file', file),
      secrets('list', '--file', file),
      secrets('retire', 'API_KEY_SECRETS', 'k1', '--file', file),
    ];
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0, 1]);
    expect(said[2]?.text).toBe('SESSION_SECRETS k1\nAPI_KEY_SECRETS k2, k1\nDATA_SECRETS    k1\n');
    expect(said[3]?.text).toMatch(/Every API key that it signed ends.*--yes/);
    const before = readFileSync(file, 'utf8');
    chmodSync(file, 0o644);
    said.push(secrets('retire', 'API_KEY_SECRETS', 'k1', '--yes', '--file', file));
    expect(said[4]?.text).toMatch(/^API_KEY_SECRETS is now k2\.\nEvery API key/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['production.env']);
    const made = before.match(/[\w-]{43,}/g) ?? [];
    expect(made.length).toBe(5);
    for (const { text } of said) for (const secret of made) expect(text).not.toContain(secret);
  });

  it('changes the file that a link leads to, and not the link', () => {
    const dir = temporaryFolder('secrets');
    const [file, link] = [path.join(dir, 'file'), path.join(dir, 'link')];
    ensureSecrets(file);
    symlinkSync(file, link);
    expect(secrets('rotate', 'SESSION_SECRETS', '--file', link).code).toBe(0);
    expect(kidsIn(readFileSync(file, 'utf8'), 'SESSION_SECRETS')).toEqual(['k2', 'k1']);
  });

  it('says that there is no file', () => {
    const { code, text } = secrets('list', '--state-dir', temporaryFolder('secrets'));
    expect([code, text]).toEqual([1, expect.stringMatching(/^There is no .*secrets: .*init.*\n$/)]);
  });
});

describe('deploying', () => {
  /** Notes what it was given and how, in place of wrangler. */
  function fakeWrangler(exitCode: number) {
    const dir = temporaryFolder('wrangler');
    const [script, noted] = [path.join(dir, 'wrangler.mjs'), path.join(dir, 'noted')];
    writeFileSync(
      script,
      `import { readFileSync, writeFileSync } from 'node:fs';
       writeFileSync(${JSON.stringify(noted)}, JSON.stringify({ argv: process.argv.slice(2), stdin: readFileSync(0, 'utf8'), log: process.env.WRANGLER_WRITE_LOGS }));
       process.exit(${exitCode});`,
    );
    return { script, noted: () => JSON.parse(readFileSync(noted, 'utf8')) };
  }

  it('pipes the values to wrangler: nothing of them is on its command line, and its log is off', async () => {
    const { script, noted } = fakeWrangler(0);
    await deploySecrets({ SESSION_SECRETS: OLD }, 'staging', script);
    expect(noted()).toEqual({
      argv: ['secret', 'bulk', '--env', 'staging'],
      stdin: JSON.stringify({ SESSION_SECRETS: OLD }),
      log: 'false',
    });
  });

  it('says what stands where when wrangler refuses', async () => {
    await expect(deploySecrets({ SESSION_SECRETS: OLD }, null, fakeWrangler(1).script)).rejects.toThrow(
      /has what it had\. The file is changed: repeat with "deploy SESSION_SECRETS"/,
    );
  });
});

describe('a state folder of an older version', () => {
  it('gets the DATA_SECRETS that it lacks, and keeps what it has', () => {
    const file = path.join(temporaryFolder('older'), 'secrets');
    const older = `SESSION_SECRETS=${OLD}\nAPI_KEY_SECRETS=${OLD}\nSETUP_TOKEN=kept`;
    writeFileSync(file, `${older}\n`, { mode: 0o600 });
    expect(ensureSecrets(file)).toEqual({ setupToken: 'kept', created: false });
    const text = readFileSync(file, 'utf8');
    expect(text.startsWith(`${older}\nDATA_SECRETS=k1:`)).toBe(true);
    expect(kidsIn(text, 'DATA_SECRETS')).toEqual(['k1']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    ensureSecrets(file);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('is not given new ones in place of what it lost: what they signed would end without a word', () => {
    const file = path.join(temporaryFolder('lost'), 'secrets');
    writeFileSync(file, `API_KEY_SECRETS=${OLD}\nSETUP_TOKEN=kept\n`);
    expect(() => ensureSecrets(file)).toThrow(/lacks SESSION_SECRETS/);
    const folder = path.join(temporaryFolder('empty'), 'secrets');
    mkdirSync(folder);
    expect(() => ensureSecrets(folder)).toThrow(/Cannot read/);
  });
});
