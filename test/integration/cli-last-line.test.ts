import { appendFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LONGEST_MS, QUIET_MS, withEndOfLine } from '../../cli/send/last-line.ts';
import { findSources, readSource } from '../../cli/send/sources.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

/** What is sent of a file that was changed just now, with what others do to it in the first waits; and for how long was waited. */
async function sentOf(text: string, ...meanwhile: ((file: string) => void)[]) {
  const file = path.join(temporaryFolder('last-line'), 'app.log');
  writeFileSync(file, text);
  return { file, ...(await read(file, meanwhile)) };
}

async function read(file: string, meanwhile: ((file: string) => void)[], start = 0) {
  const [source] = await findSources([file], { isTTY: true });
  if (source === undefined) throw new Error('no source');
  let waitedMs = 0;
  let toldOnce = 0;
  const chunks = withEndOfLine(readSource(source, start), { ...source, file }, start, {
    nowMs: () => Date.now(),
    onWaiting: () => toldOnce++,
    async wait(ms) {
      waitedMs += ms;
      meanwhile.shift()?.(file);
    },
  });
  const found: Buffer[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return { sent: Buffer.concat(found).toString(), waitedMs, toldOnce };
}

describe('the last line of a file', () => {
  it('is waited for while it is written, and nothing behind it', async () => {
    const writes = (text: string) => (file: string) => appendFileSync(file, text);
    const { file, sent, toldOnce } = await sentOf('first\nhal', writes('f a '), writes('line\nthird\nfou'));
    expect([sent, toldOnce]).toEqual(['first\nhalf a line\n', 1]);
    const rest = await read(file, [writes('rth\n')], sent.length);
    expect(rest.sent).toBe('third\nfourth\n');
  });

  it('is sent as it is when nothing comes to it', async () => {
    const { sent, waitedMs } = await sentOf('first\nno end');
    expect(sent).toBe('first\nno end');
    expect(waitedMs).toBeLessThanOrEqual(QUIET_MS);
    expect(waitedMs).toBeGreaterThan(0);
  });

  it('is waited for anew each time that something comes to it, and not for ever', async () => {
    const dot = (file: string) => appendFileSync(file, '.');
    const { sent, waitedMs } = await sentOf('progress ', ...Array<typeof dot>(1_000).fill(dot));
    expect(sent).toMatch(/^progress \.{10,}$/);
    expect(waitedMs).toBe(LONGEST_MS);
  });

  it.each([
    ['has its end', 'first\nsecond\n'],
    ['is a whole record of JSON', '{"message":"a"}\n{"message":"b"}'],
    ['is blank', 'first\n'],
    ['is not there', ''],
  ])('is not waited for where it %s', async (_what, text) => {
    expect(await sentOf(text)).toMatchObject({ sent: text, waitedMs: 0, toldOnce: 0 });
  });

  it('is not waited for where the file has been left alone', async () => {
    const file = path.join(temporaryFolder('last-line'), 'old.log');
    writeFileSync(file, 'first\n{"cut off');
    utimesSync(file, new Date(), new Date(Date.now() - 2 * QUIET_MS));
    expect(await read(file, [])).toMatchObject({ sent: 'first\n{"cut off', waitedMs: 0 });
  });

  it('is what was read of it where the file is rotated away, cut off or removed', async () => {
    const rotate = (file: string) => {
      renameSync(file, `${file}.1`);
      writeFileSync(file, 'another file, which is longer than the one before\n');
    };
    for (const change of [rotate, (file: string) => writeFileSync(file, ''), (file: string) => rmSync(file)])
      expect((await sentOf('first\nhalf', change)).sent).toBe('first\nhalf');
  });
});
