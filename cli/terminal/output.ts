import { styleText } from 'node:util';
import { safeJson, safeText } from './safe-text.ts';

export type Style = Parameters<typeof styleText>[0];

/** A stream of the process, as much of it as is used. */
export interface Sink {
  write(text: string, done?: (error?: Error | null) => void): boolean;
  isTTY?: boolean;
  columns?: number;
}

/**
 * Where a command speaks: results on the standard output, everything else (progress, warnings, what went wrong) on the other, so that a pipe gets
 * results alone. Colours only on a terminal, and not with NO_COLOR (no-color.org).
 */
export class Output {
  readonly json: boolean;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #colors: boolean;
  #status = '';

  constructor(options: { stdout: Sink; stderr: Sink; json: boolean; colors: boolean }) {
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
    this.json = options.json;
    this.#colors = options.colors;
  }

  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  get showsProgress(): boolean {
    return this.#stderr.isTTY === true && !this.json;
  }

  get columns(): number {
    return this.#stdout.columns ?? 100;
  }

  /** Colours text for the standard output. */
  paint(style: Style, text: string): string {
    return this.#colors && this.isTerminal ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Raw text of a result; resolves when it can take more, so that a slow reader slows the command and fills no memory. */
  async write(text: string): Promise<void> {
    this.#clearStatus();
    await new Promise<void>((resolve, reject) =>
      this.#stdout.write(text, (error) => (error ? reject(error) : resolve())),
    );
  }

  line(text = ''): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** For programs: on a terminal indented. */
  data(value: unknown): Promise<void> {
    return this.line(safeJson(value, this.isTerminal ? 2 : undefined));
  }

  /** A sentence beside the result. */
  note(text: string): void {
    this.#clearStatus();
    this.#stderr.write(`${text}\n`);
  }

  /** A line that the next one replaces: progress. Nothing where nobody watches. */
  status(text: string): void {
    if (!this.showsProgress) return;
    const fits = text.slice(0, Math.max(20, (this.#stderr.columns ?? 80) - 1));
    this.#stderr.write(`\r${fits}\x1b[K`);
    this.#status = fits;
  }

  #clearStatus(): void {
    if (this.#status !== '') this.#stderr.write('\r\x1b[K');
    this.#status = '';
  }

  /** Columns as wide as their widest cell; the last one takes what it needs. Cells are text of others and are made safe here. */
  async table(heads: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
    const cells = rows.map((row) => row.map(safeText));
    const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)));
    const lineOf = (row: readonly string[]) =>
      row
        .map((cell, at) => (at === heads.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd();
    await this.line(this.paint('bold', lineOf(heads)));
    for (const row of cells) await this.line(lineOf(row));
  }
}
