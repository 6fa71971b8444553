import { describe, expect, it } from 'vitest';
import { parseFlags, refuseFlagsTakenByNpm } from '../../scripts/start/flags.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

describe('the flags of npm start', () => {
  it('has a default for each', () => {
    expect(parseFlags([])).toEqual({
      port: 8787,
      stateDir: '.breakwater',
      adminPassword: null,
      demo: true,
      clockOffsetMs: 0,
      help: false,
    });
  });

  it('takes a value after a space and after an equals sign', () => {
    expect(parseFlags(['--port', '9000', '--state-dir=/tmp/x', '--admin-password', 'a b', '--no-demo'])).toMatchObject({
      port: 9000,
      stateDir: '/tmp/x',
      adminPassword: 'a b',
      demo: false,
    });
  });

  it.each([
    ['40d', 40 * DAY_MS],
    ['12h', 12 * HOUR_MS],
    ['30m', 30 * MINUTE_MS],
    ['90s', 90_000],
    ['1.5h', 90 * MINUTE_MS],
    ['+2d', 2 * DAY_MS],
    ['-2h', -2 * HOUR_MS],
    ['-0d', 0],
  ])('--clock-offset %s moves the clock by %d ms', (text, offsetMs) => {
    expect(parseFlags(['--clock-offset', text]).clockOffsetMs).toBe(offsetMs);
    expect(parseFlags([`--clock-offset=${text}`]).clockOffsetMs).toBe(offsetMs);
  });

  it.each([
    [['--port', '0'], '--port must be a whole number from 1 to 65535, not "0".'],
    [['--port', '65536'], '--port must be a whole number'],
    [['--port', 'http'], '--port must be a whole number'],
    [['--port='], '--port must be a whole number'],
    [['--port'], '--port'],
    [['--clock-offset', '40'], '--clock-offset must be a time such as 40d, 12h, 30m or -2h, not "40".'],
    [['--clock-offset', 'soon'], '--clock-offset must be a time'],
    [['--clock-offset', '999999999d'], '--clock-offset must be a time'],
    [['--admin-password', ''], '--admin-password must not be empty.'],
    [['--state-dir='], '--state-dir must not be empty.'],
    [['--colour', 'red'], "'--colour'"],
    [['extra'], "'extra'"],
    [['--no-demo=yes'], '--no-demo'],
  ])('%j is refused in one sentence', (argv, sentence) => {
    const refusal = refusalOf(argv);
    expect(refusal).toContain(sentence);
    expect(refusal).toMatch(/^[^\n]+\.$/);
  });

  it.each([
    [{ npm_config_port: '9000' }, '--port'],
    [{ npm_config_state_dir: '/tmp/x' }, '--state-dir'],
    [{ npm_config_demo: '' }, '--no-demo'],
    [{ npm_config_clock_offset: '40d' }, '--clock-offset'],
    [{ npm_config_admin_password: 'first-password-of-admin' }, '--admin-password'],
  ])('%j, a flag that npm took for itself, is refused in one sentence', (env, flag) => {
    const refusal = sentenceOf(() => refuseFlagsTakenByNpm({ npm_lifecycle_event: 'start', ...env }));
    expect(refusal).toBe(
      `npm took ${flag} for itself: write "npm start -- ${flag} …", with two dashes before the flags.`,
    );
  });

  it('and an environment without such a flag is not', () => {
    expect(() => refuseFlagsTakenByNpm({ npm_lifecycle_event: 'start', npm_config_cache: '/x' })).not.toThrow();
    expect(() => refuseFlagsTakenByNpm({ npm_lifecycle_event: 'test', npm_config_port: '9000' })).not.toThrow();
  });
});

function refusalOf(argv: string[]): string {
  return sentenceOf(() => parseFlags(argv));
}

function sentenceOf(refused: () => unknown): string {
  try {
    refused();
  } catch (error) {
    if (error instanceof Error && error.name === 'Stop') return error.message;
    throw error;
  }
  throw new Error('the flags were accepted');
}
