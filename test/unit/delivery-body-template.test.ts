import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../src/delivery/body/template/json-fault.ts';
import { renderTemplate } from '../../src/delivery/body/template/render.ts';
import type { JsonObject } from '../../src/wire/record.ts';

const VIEW: JsonObject = {
  title: 'He said "no"\n<b>\\',
  count: 3,
  ok: true,
  none: null,
  rule: { name: 'Checkout', labels: { team: 'pay', 'k8s/pod': 'api-1' } },
  firings: [{ summary: 'first "one"' }, { summary: 'second' }],
  empty: [],
};

function made(template: string, view: JsonObject = VIEW): unknown {
  const rendered = renderTemplate(template, view);
  if (!rendered.ok) throw new Error(`${rendered.error.reason} at ${rendered.error.position}`);
  return JSON.parse(rendered.value);
}

function faultOf(template: string, view: JsonObject = VIEW) {
  const rendered = renderTemplate(template, view);
  if (rendered.ok) throw new Error(`made ${rendered.value}`);
  return rendered.error;
}

describe('a template', () => {
  it.each([
    ['escapes a text between quotes', '{"a":"x {{title}} y"}', { a: 'x He said "no"\n<b>\\ y' }],
    [
      'inserts a whole value outside of quotes',
      '{"a":{{count}},"b":{{ok}},"c":{{title}}}',
      { a: 3, b: true, c: VIEW.title },
    ],
    ['inserts what is missing as null outside of quotes', '[{{nothing.here}},{{none}}]', [null, null]],
    ['inserts what is missing as nothing between quotes', '["<{{nothing.here}}{{none}}>"]', ['<>']],
    ['inserts a part as JSON', '{"a":{{json rule.labels}}}', { a: { team: 'pay', 'k8s/pod': 'api-1' } }],
    [
      'writes JSON into a text where it stands between quotes',
      '["{{json rule.labels}}"]',
      ['{"team":"pay","k8s/pod":"api-1"}'],
    ],
    ['takes names with other characters in brackets', '["{{rule.labels.[k8s/pod]}}"]', ['api-1']],
    ['takes places of a list as names', '["{{firings.1.summary}}"]', ['second']],
    [
      'repeats a block',
      '[{{#each firings}}"{{summary}}"{{#unless @last}},{{/unless}}{{/each}}]',
      ['first "one"', 'second'],
    ],
    [
      'repeats a block over an object',
      '["{{#each rule.labels}}{{@key}}={{this}};{{/each}}"]',
      ['team=pay;k8s/pod=api-1;'],
    ],
    [
      'counts and looks outside within a block',
      '["{{#each firings}}{{@index}}{{../rule.name}} {{/each}}"]',
      ['0Checkout 1Checkout '],
    ],
    ['says something else of an empty list', '["{{#each empty}}x{{else}}none{{/each}}"]', ['none']],
    ['asks', '["{{#if ok}}yes{{else}}no{{/if}}{{#if none}}yes{{else}}no{{/if}}{{#if empty}}yes{{/if}}"]', ['yesno']],
    ['shortens', '["{{truncate title 5}}"]', ['He s…']],
    [
      'escapes for HTML and for Slack',
      '["{{html title}}","{{mrkdwn title}}"]',
      ['He said &quot;no&quot;\n&lt;b&gt;\\', 'He said "no"\n&lt;b&gt;\\'],
    ],
    ['leaves braces of JSON alone', '{"a":{"b":{}}}', { a: { b: {} } }],
    ['reads an escape before a quote', '["\\"{{count}}\\""]', ['"3"']],
  ])('%s', (_, template, expected) => {
    expect(made(template)).toEqual(expected);
  });

  it('inserts nothing that every object inherits', () => {
    expect(made('["{{constructor.name}}",{{json __proto__}},{{json rule.toString}}]')).toEqual(['', null, null]);
  });

  it.each([
    ['a tag that is not closed', '{"a":"{{title"}', 6, '{{ is not closed'],
    ['a block that is not closed', '["{{#if ok}}x"]', 2, 'has no {{/if}}'],
    ['a block that another one closes', '["{{#if ok}}x{{/each}}"]', 13, '{{/if}} is expected'],
    ['an end without a block', '[{{/if}}]', 1, 'no block is open'],
    ['an else without a block', '[{{else}}]', 1, 'no open block'],
    ['an unknown helper', '["{{upper title}}"]', 2, 'no helper of this name'],
    ['an unknown block', '["{{#with rule}}{{/with}}"]', 2, 'there are the blocks'],
    ['a missing path', '["{{}}"]', 2, 'a path is missing'],
    ['something else than a path', '["{{a|b}}"]', 2, 'no path'],
    ['a limit that is none', '["{{truncate title many}}"]', 2, 'truncate path 200'],
    ['a limit where none belongs', '["{{json title 3}}"]', 2, '{{json path}}'],
    ['a quote that begins in a block', '[{{#if ok}}"{{/if}}x"]', 1, 'must end within it'],
    ['a quote that begins in one branch', '["a{{#if ok}}"{{else}}{{/if}}"]', 3, 'must end within it'],
    ['a backslash before a value', '["\\{{title}}"]', 2, 'backslash'],
    ['a comma too many', '{"a":1,}', 7, 'here name is expected'],
    ['a comma that is missing', '[{{#each firings}}{{summary}}{{/each}}]', 18, ', or ] is expected'],
    ['an end that is missing', '{"a":{{count}}', 5, 'is expected'],
    ['a second value', '{} {}', 3, 'nothing more'],
    ['nothing at all', '', 0, 'here value is expected'],
  ])('says where %s is', (_, template, position, reason) => {
    const fault = faultOf(template);
    expect(fault.reason).toContain(reason);
    expect(fault.position).toBe(position);
  });

  it('quotes nothing of the event where it fails', () => {
    const fault = faultOf('{{json secret}} {{json secret}}', { secret: 'card 4111' });
    expect(JSON.stringify(fault)).not.toContain('4111');
  });

  it('stops where loops in loops take too long, and where the body gets too long', () => {
    const firings = Array.from({ length: 100 }, () => ({}));
    const loops = (depth: number): string =>
      depth === 0 ? '' : `{{#each ${'../'.repeat(4 - depth)}firings}}${loops(depth - 1)}{{/each}}`;
    expect(faultOf(`[${loops(4)}]`, { firings }).reason).toContain('steps');
    expect(
      faultOf('["{{#each firings}}{{../text}}{{/each}}"]', { firings, text: 'x'.repeat(10_000) }).reason,
    ).toContain('longer');
  });

  it('makes JSON of any texts, and gives each back as it was', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, fc.jsonValue(), (a, b, c) => {
        const view = { a, list: [{ b }, { b: 1 }], c } as JsonObject;
        const template = '{"a":"<{{a}}>","list":[{{#each list}}{"b":"{{b}}","a":{{../a}}},{{/each}}{{json c}}]}';
        const expected = { a: `<${a}>`, list: [{ b, a }, { b: '1', a }, JSON.parse(JSON.stringify(c))] };
        expect(made(template, view)).toEqual(expected);
      }),
    );
  });

  it('fails with a place in it, whatever it is', () => {
    const part = fc.constantFrom(
      '{{',
      '}}',
      '{{a}}',
      '{{#each l}}',
      '{{/each}}',
      '{{#if a}}',
      '{{/if}}',
      '{{else}}',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '1',
      'x',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const template = parts.join('');
        const rendered = renderTemplate(template, { a: '"', l: ['\\', 2] });
        if (rendered.ok) expect(() => JSON.parse(rendered.value)).not.toThrow();
        else expect(rendered.error.position).toBeLessThanOrEqual(template.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the place where a text is no JSON any more', () => {
  it('is named for every text that JSON.parse refuses, and for no other', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '01',
      '1e5',
      '1.',
      'true',
      'nul',
      '\\',
      ' ',
      '\n',
      '\u0001',
      '\u0085',
      '"\\u12"',
      '"\\n"',
    );
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
          fc.json(),
        ),
        (text) => {
          const fault = jsonFault(text);
          expect([text, fault === null]).toEqual([text, isJson(text)]);
          if (fault) expect(fault.position).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
