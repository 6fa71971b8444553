import { describe, expect, it, vi } from 'vitest';
import { streamOf } from '../../src/query/answer.ts';
import { attrsText, csvRow } from '../../src/query/csv.ts';

const decode = ({ value }: ReadableStreamReadResult<Uint8Array>): string => new TextDecoder().decode(value);

describe('a streamed body', () => {
  it('hands on each event at once, and a download in larger pieces', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* pieces(): AsyncGenerator<string> {
      yield 'one ';
      await released;
      yield 'two ';
      yield 'three';
    }
    const events = streamOf(pieces(), 1, 'r').getReader();
    expect(decode(await events.read())).toBe('one ');
    release();
    expect(decode(await events.read())).toBe('two ');
    const download = streamOf(pieces(), 6, 'r').getReader();
    expect(decode(await download.read())).toBe('one two ');
    expect(decode(await download.read())).toBe('three');
    expect((await download.read()).done).toBe(true);
  });

  it('is made no further when its reader goes away, and that is no error', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    let made = 0;
    let isOver = false;
    async function* pieces(): AsyncGenerator<string> {
      try {
        for (;;) yield String(++made);
      } finally {
        isOver = true;
      }
    }
    const reader = streamOf(pieces(), 1, 'r').getReader();
    await reader.read();
    await reader.cancel();
    expect(isOver).toBe(true);
    expect(made).toBeLessThan(5);
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it('breaks where it cannot be completed, and does not end', async () => {
    async function* pieces(): AsyncGenerator<string> {
      yield 'a part';
      throw new Error('gone');
    }
    await expect(new Response(streamOf(pieces(), 1, 'r')).text()).rejects.toThrow('gone');
  });
});

describe('CSV', () => {
  const line = (fields: string): string =>
    `{"id":"01939f00-0000-7000-8000-000000000001","ts":1769846400000,"stream":"logs","level":"info",${fields}}`;

  it('has the attributes as they are stored, whatever stands in them and around them', () => {
    const attrs = '{"a":{"b":"}\\"{\\\\"},"big":12345678901234567890,"c":[{"attrs":{}}]}';
    expect(attrsText(line(`"service":",\\"attrs\\":","message":"{","attrs":${attrs},"userId":"}"`))).toBe(attrs);
    expect(attrsText(line('"service":"s","message":"","attrs":{}'))).toBe('{}');
  });

  it.each([
    ['=1+1', `'=1+1`],
    ['+49 151', `'+49 151`],
    ['-5', `'-5`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t=1`],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=a,"b"', `"'=a,""b"""`],
  ])('writes %j as %j', (message, cell) => {
    const row = csvRow(line(`"service":"s","message":${JSON.stringify(message)},"attrs":{}`));
    const head = '2026-01-31T08:00:00.000Z,1769846400000,01939f00-0000-7000-8000-000000000001,logs,info,s,';
    expect(row).toBe(`${head}${cell},,,,,,{}\r\n`);
  });
});
