import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesInPlainText, renderPlainText } from '../../src/delivery/body/template/plain-text.ts';

const view = { name: 'Ann "A" \\ <b>', empty: '', list: [{ of: 'x' }, { of: 'y' }], note: 'two\nlines' };

describe('a template of plain text', () => {
  it.each([
    ['Dear {{name}},', 'Dear Ann "A" \\ <b>,'],
    ['"{{name}}" and \\{{name}}', '"Ann "A" \\ <b>" and \\Ann "A" \\ <b>'],
    ['{{#if empty}}some{{else}}none{{/if}}', 'none'],
    ['{{#each list}}{{of}} of {{../note}};{{/each}}', 'x of two\nlines;y of two\nlines;'],
    ['{{html name}} {{missing}}', 'Ann &quot;A&quot; \\ &lt;b&gt; '],
    ['a\n\tb "c" \\n', 'a\n\tb "c" \\n'],
    ['', ''],
  ])('%s makes %s', (template, text) => {
    expect(renderPlainText(template, view)).toEqual({ ok: true, value: text });
  });

  it.each([
    ['"a"\n{{#if name}}', 4],
    ['é "q" {{name', 6],
    ['{{name}} {{/if}}', 9],
    ['"\\\\" {{loud name}}', 5],
  ])('says where %s is wrong', (template, position) => {
    const rendered = renderPlainText(template, view);
    expect(rendered.ok || rendered.error.position).toBe(position);
  });

  it('names what it takes from outside', () => {
    const names = namesInPlainText('"x" {{name}} {{#each list}}{{of}}{{../note}}{{/each}}{{name}}{{#if a.b}}{{/if}}');
    expect(names.ok && [...names.value]).toEqual([
      ['name', 4],
      ['list', 13],
      ['note', 33],
      ['a', 61],
    ]);
  });

  it('gives any text back as it was where no tag is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('{{'));
        expect(renderPlainText(text, {})).toEqual({ ok: true, value: text });
      }),
    );
  });

  it('inserts any value as it is, as far as it is text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(renderPlainText('"{{name}}"\\', { name })).toEqual({ ok: true, value: `"${name}"\\` });
      }),
    );
  });
});
