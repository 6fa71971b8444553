import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError, EXIT, usageError } from '../exit.ts';

/** Asks a person. Throws a CliError where nobody is there who could answer; `instead` says how it is given then. */
export async function ask(
  question: string,
  { hidden = false, instead, signal }: { hidden?: boolean; instead: string; signal: AbortSignal },
): Promise<string> {
  if (!process.stdin.isTTY) throw usageError(`There is no terminal to ask for: ${question}`, instead);
  process.stderr.write(`${question} `);
  // What is typed shows where the terminal is written to, and not at all where that is nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true });
  reader.once('SIGINT', () => process.emit('SIGINT'));
  try {
    return (await reader.question('', { signal })).trim();
  } catch {
    throw new CliError(EXIT.interrupted, 'Stopped.'); // only the signal ends a question without an answer
  } finally {
    reader.close();
    if (hidden) process.stderr.write('\n');
  }
}

/** All of the standard input, of which nobody sends more than a line. */
export async function readSecretFromStdin(what: string): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  if (text.trim() === '') throw usageError(`The standard input holds no ${what}.`);
  return text.trim();
}
