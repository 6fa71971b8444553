import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCommand, readInput } from '../../cli/args.ts';
import type { Client } from '../../cli/client.ts';
import { query } from '../../cli/commands/query.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { bash, fish, zsh } from '../../cli/completion-scripts.ts';
import type { Environment } from '../../cli/environment.ts';
import { CliError } from '../../cli/exit.ts';
import { commandHelp, generalHelp } from '../../cli/help.ts';
import { networkReason } from '../../cli/network-reason.ts';
import { findTarget, originOf } from '../../cli/target.ts';
import { Output } from '../../cli/terminal/output.ts';
import { safeJson, safeText } from '../../cli/terminal/safe-text.ts';
import { parseMoment, parseSpanMs, spanWords } from '../../cli/time.ts';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');

/** What is wrong with a command line, as a user reads it. */
function refusalOf(argv: readonly string[]): string {
  try {
    const found = findCommand(COMMANDS, argv);
    if (found === null) return '(help)';
    readInput(found.command, found.rest);
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message} ${error.details.hint ?? ''}`.trim();
    throw error;
  }
  return '';
}

describe('a command line', () => {
  it.each([
    [['tial'], '2 "tial" is no command. Did you mean "breakwater tail"?'],
    [['keys', 'creat', 'x'], '2 "keys creat" is no command. Did you mean "breakwater keys create"?'],
    [['frobnicate'], '2 "frobnicate" is no command. "breakwater --help" lists them.'],
    [['tail', '--levle', 'warn'], /^2 Unknown option '--levle'\. Did you mean --level\?/],
    [['tail', '--level', 'loud'], '2 --level takes trace, debug, info, warn, error, fatal, not "loud".'],
    [['tail', '--level'], /^2 Option '--level <value>' argument missing/],
    [['health', 'now'], /^2 "breakwater health" does not know what to do with "now"\./],
    [['keys', 'revoke'], /^2 "breakwater keys revoke" takes <id>\./],
    [['keys'], '(help)'],
    [
      ['query', '-timeout'],
      /^2 Unknown option '-t'\. A word that the search leaves out stands behind two dashes: -- -word\./,
    ],
    [['tail', '-f'], /^2 Unknown option '-f'\./],
    [['send', '-level:info'], /^2 Unknown option '-l'\. "breakwater send --help"/],
  ])('%j is refused with a sentence that helps', (argv, sentence) => {
    expect(refusalOf(argv)).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it('takes flags before the words of a command, and a search that begins with a dash behind two of them', () => {
    const found = findCommand(COMMANDS, ['--json', 'keys', 'list', '--all']);
    expect([found?.command.name, found?.rest]).toEqual(['keys list', ['--json', '--all']]);
    const tail = findCommand(COMMANDS, ['tail', '--service', 'api', '--', '-level:info']);
    expect(tail && readInput(tail.command, tail.rest).arguments).toEqual(['-level:info']);
  });

  it.each([
    [['query', '-level:info'], ['-level:info']],
    [
      ['query', 'a', 'OR', '-name:x', '--json', '-"two words"', '-(b OR c)'],
      ['a', 'OR', '-name:x', '-"two words"', '-(b OR c)'],
    ],
    [['tail', '--service', 'api', '-attrs.region:eu', '-n', '5'], ['-attrs.region:eu']],
    [
      ['tail', '-n5', '--', '-level:info', '--x'],
      ['-level:info', '--x'],
    ],
  ])('%j has a search that leaves something out', (argv, search) => {
    const found = findCommand(COMMANDS, argv);
    expect(found && readInput(found.command, found.rest).arguments).toEqual(search);
  });

  it('says of each command how it is used, with each of its flags', () => {
    const general = generalHelp(COMMANDS);
    for (const command of COMMANDS) {
      expect(general).toContain(`  ${command.name} `);
      const help = commandHelp(command);
      expect(help).toContain(`breakwater ${command.name}`);
      for (const name of Object.keys(command.options ?? {})) expect(help).toContain(`--${name}`);
    }
  });

  it('is described whole in docs/cli.md', () => {
    const text = readFileSync(path.join(PROJECT_DIR, 'docs/cli.md'), 'utf8');
    const missing = COMMANDS.flatMap(({ name, options = {} }) => [
      ...(text.includes(`\`${name}`) ? [] : [name]),
      ...Object.keys(options).flatMap((option) => (text.includes(`--${option}`) ? [] : [`${name} --${option}`])),
    ]);
    expect(missing).toEqual([]);
  });
});

describe('times', () => {
  it.each([
    ['15m', NOW_MS - 900_000],
    ['1h30m', NOW_MS - 5_400_000],
    ['-2d', NOW_MS - 172_800_000],
    ['now', NOW_MS],
    ['2026-11-28', Date.parse('2026-11-28T00:00:00Z')],
    ['2026-11-28T09:00Z', Date.parse('2026-11-28T09:00:00Z')],
    ['2026-11-28T09:00', Date.parse('2026-11-28T09:00:00Z')],
    ['2026-11-28 09:00:01.5', Date.parse('2026-11-28T09:00:01.500Z')],
    ['2026-11-28T10:00+01:00', Date.parse('2026-11-28T09:00:00Z')],
    ['-5', null],
    ['1795832886685', 1_795_832_886_685],
    ['yesterday', null],
    ['5', null],
    ['2026-13-45', null],
    ['2026-02-31', null],
    ['2026-02-29T09:00Z', null],
    ['2028-02-29', Date.parse('2028-02-29T00:00:00Z')],
  ])('%s is read as %s', (text, atMs) => expect(parseMoment(text, NOW_MS)).toBe(atMs));

  it.each(['UTC', 'America/St_Johns', 'Asia/Kolkata', 'Pacific/Apia'])(
    'in %s without a zone are those of the server, and what is shown can be given back',
    (zone) => {
      const module = (file: string) => JSON.stringify(path.join(PROJECT_DIR, file));
      const script = `
        import { parseMoment } from ${module('cli/time.ts')};
        import { localTime } from ${module('cli/terminal/record-line.ts')};
        import { parseTime } from ${module('src/shared/time.ts')};
        const [shown, at] = [localTime(${NOW_MS + 7}), '2026-11-28T12:00'];
        console.log(JSON.stringify([parseMoment(shown, 0), parseTime(shown), parseMoment(at, 0), parseTime(at)]));`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
        ...{ encoding: 'utf8', env: { ...process.env, TZ: zone } },
      });
      expect([stderr, JSON.parse(stdout)]).toEqual(['', [NOW_MS + 7, NOW_MS + 7, NOW_MS, NOW_MS]]);
    },
  );

  it('spans are read and said', () => {
    expect([parseSpanMs('90s'), parseSpanMs('1.5h'), parseSpanMs('7d'), parseSpanMs('soon')]).toEqual([
      90_000,
      5_400_000,
      604_800_000,
      null,
    ]);
    expect([spanWords(0), spanWords(59_000), spanWords(4_320_000), spanWords(90_000_000)]).toEqual([
      '0 s',
      '59 s',
      '1 h 12 min',
      '1 d 1 h',
    ]);
  });
});

/** What `query --format csv` writes of a record that is found. */
async function csvOf(record: object, isTTY: boolean): Promise<string> {
  let written = '';
  const write = (text: string, done?: () => void) => {
    written += text;
    done?.();
    return true;
  };
  const out = new Output({ stdout: { write, isTTY }, stderr: { write: () => true }, json: false, colors: false });
  const found = { projectId: 'prj', call: async () => ({ records: [record], nextCursor: null }) };
  const environment = { variables: {}, homeDir: '/', platform: 'linux' as const };
  const input = readInput(query, ['--format', 'csv']);
  const client = () => found as unknown as Client;
  await query.run({ input, out, client, environment, signal: new AbortController().signal });
  return written;
}

describe('text of others on a terminal', () => {
  const hostile = 'a\u001b[2J\u001b]0;owned\u0007\u009b31m\r\nb\u202egnp.exe\ud800';

  it('cannot move the cursor, change the title or turn the direction of what follows', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what must not be there
    expect(safeText(hostile)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(safeText('Zürich 日本 🚀 "x"')).toBe('Zürich 日本 🚀 "x"');
  });

  it('is safe in CSV that a terminal shows, and as it was in CSV that a file gets', async () => {
    const record = {
      ...{ id: 'r', ts: NOW_MS, stream: 'logs', level: 'info', service: 's' },
      message: hostile,
      attrs: {},
    };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what must not be there
    expect((await csvOf(record, true)).replaceAll('\r\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(await csvOf(record, false)).toContain(hostile);
  });

  it('is the same text to a program that reads the JSON', () => {
    const written = safeJson({ message: hostile });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what must not be there
    expect(written).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(JSON.parse(written)).toEqual({ message: hostile });
  });
});

describe('whom a command talks to', () => {
  const environmentWith = (variables: Record<string, string>, config?: unknown): Environment => {
    const dir = temporaryFolder('target');
    if (config !== undefined) writeFileSync(path.join(dir, 'config.json'), JSON.stringify(config));
    return { variables: { BREAKWATER_CONFIG_DIR: dir, ...variables }, homeDir: dir, platform: 'linux' };
  };
  const stored = {
    current: 'a',
    profiles: { a: { url: 'https://a.example', key: 'key-a' }, b: { url: 'https://b.example', key: 'key-b' } },
  };
  const none = { url: null, profile: null };

  it('is the current profile, or the one that is named, by flag before the environment', () => {
    expect(findTarget(environmentWith({}, stored), none)).toMatchObject({ url: 'https://a.example', key: 'key-a' });
    const named = environmentWith({ BREAKWATER_PROFILE: 'b' }, stored);
    expect(findTarget(named, none)).toMatchObject({ url: 'https://b.example', key: 'key-b' });
    expect(findTarget(named, { url: null, profile: 'a' })).toMatchObject({ url: 'https://a.example' });
  });

  it('never gets the stored key of another deployment', () => {
    const elsewhere = environmentWith({ BREAKWATER_URL: 'https://evil.example' }, stored);
    expect(findTarget(elsewhere, none)).toMatchObject({ url: 'https://evil.example', key: null });
    expect(findTarget(environmentWith({}, stored), { url: 'https://evil.example', profile: null }).key).toBeNull();
    expect(findTarget(environmentWith({}, stored), { url: 'https://a.example', profile: null }).key).toBe('key-a');
    const own = environmentWith({ BREAKWATER_URL: 'https://c.example', BREAKWATER_KEY: 'key-c' }, stored);
    expect(findTarget(own, none)).toMatchObject({ url: 'https://c.example', key: 'key-c' });
  });

  it.each([
    ['ops.example.com', 'https://ops.example.com'],
    ['https://ops.example.com/api/health?x=1', 'https://ops.example.com'],
    ['localhost:8787', 'http://localhost:8787'],
    ['127.0.0.1:8787', 'http://127.0.0.1:8787'],
  ])('%s is %s', (text, origin) => expect(originOf(text, environmentWith({}))).toBe(origin));

  it.each([
    'http://ops.example.com',
    'ftp://ops.example.com',
    'https://admin:pw@ops.example.com',
    'https://',
    'http://127.0.0.1.evil.example',
  ])('not %s', (text) => expect(() => originOf(text, environmentWith({}))).toThrow(CliError));

  it('is asked for over plain HTTP where somebody says that the network is trusted', () => {
    expect(originOf('http://breakwater:8787', environmentWith({ BREAKWATER_ALLOW_HTTP: '1' }))).toBe(
      'http://breakwater:8787',
    );
  });

  it('is said in words where it does not answer', () => {
    const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
    expect(networkReason(failed('ENOTFOUND')).reason).toBe('there is no such host');
    expect(networkReason(failed('DEPTH_ZERO_SELF_SIGNED_CERT')).reason).toMatch(/certificate is not good/);
    const both = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]);
    expect(networkReason(new TypeError('fetch failed', { cause: both })).reason).toBe('nothing listens there');
  });
});

describe('completion', () => {
  const SCRIPTS = { bash: bash(COMMANDS), zsh: zsh(COMMANDS), fish: fish(COMMANDS) };

  it('offers each command and each flag in each shell', () => {
    for (const [shell, script] of Object.entries(SCRIPTS)) {
      for (const { name, options = {} } of COMMANDS) {
        for (const word of name.split(' ')) expect([shell, script]).toEqual([shell, expect.stringContaining(word)]);
        const written = (option: string) => (shell === 'fish' ? `-l ${option} ` : `--${option}`);
        for (const option of Object.keys(options)) expect(script).toContain(written(option));
      }
    }
  });

  it.each([
    ['breakwater ""', /^login logout profiles tail/],
    ['breakwater keys ""', /^list create rotate revoke$/],
    ['breakwater keys cr', /^create$/],
    ['breakwater --json tail --level ""', /^trace debug info warn error fatal$/],
    ['breakwater archive restore --d', /^--days$/],
    ['breakwater send ""', /--format.*--concurrency/],
  ])('bash completes %s', (line, offered) => {
    const file = path.join(temporaryFolder('completion'), 'bash');
    writeFileSync(file, SCRIPTS.bash);
    const script = `source ${file}; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _breakwater; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim()).toMatch(offered);
  });
});
