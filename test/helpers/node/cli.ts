import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { PROJECT_DIR } from '../../../scripts/lib/run.ts';
import { temporaryFolder } from './temporary.ts';

const BIN = path.join(PROJECT_DIR, 'cli/bin.mjs');

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcessWithoutNullStreams;
  stdout(): string;
  stderr(): string;
  ended: Promise<Ran>;
}

/** The command as a user of this machine runs it, with a configuration of its own and none of the caller's environment. */
export class Cli {
  readonly configDir = temporaryFolder('cli');
  readonly #variables: Readonly<Record<string, string>>;

  constructor(variables: Readonly<Record<string, string>> = {}) {
    this.#variables = variables;
  }

  get configFile(): string {
    return path.join(this.configDir, 'config.json');
  }

  start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Running {
    const { PATH = '', TMPDIR = '' } = process.env;
    const env = { PATH, TMPDIR, BREAKWATER_CONFIG_DIR: this.configDir, ...this.#variables, ...variables };
    const child = spawn(process.execPath, [BIN, ...args], { env, cwd: this.configDir });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A command that has ended does not read what it is still given.
    child.stdin.on('error', () => undefined);
    const ended = new Promise<Ran>((resolve) =>
      child.once('close', (code, signal) =>
        resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 143), stdout, stderr }),
      ),
    );
    return { child, stdout: () => stdout, stderr: () => stderr, ended };
  }

  async run(args: readonly string[], input = '', variables: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const { child, ended } = this.start(args, variables);
    child.stdin.end(input);
    return ended;
  }

  /** What it prints with --json. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    if (code !== 0) throw new Error(`breakwater ${args.join(' ')} ends with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }
}
