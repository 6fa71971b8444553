import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderBody } from '../../src/delivery/body/render-body.ts';
import { sampleEvent } from '../../src/delivery/body/sample-event.ts';
import { shorten } from '../../src/delivery/body/text.ts';
import { MAX_BODY_CHARS } from '../../src/delivery/body/types.ts';
import type { DeliveryEvent, DestinationKind } from '../../src/wire/delivery.ts';
import { MAIL_PRESETS } from '../../src/wire/mail-presets.ts';
import type { JsonObject } from '../../src/wire/record.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const SAMPLE = sampleEvent({ projectId: 'prj_1', projectName: 'Shop', origin: 'https://ops.example', nowMs: NOW });

function alert(change: JsonObject, type = 'alert.firing'): DeliveryEvent {
  return { ...SAMPLE, id: 'evt_1', type, data: { ...SAMPLE.data, ...change } };
}

function bodyOf(kind: DestinationKind, event: DeliveryEvent, template: string | null = null) {
  const rendered = renderBody({ kind, template }, event);
  if (!rendered.ok) throw new Error(rendered.error.reason);
  expect(rendered.value.contentType).toBe('application/json');
  return JSON.parse(rendered.value.body);
}

describe('the body of a webhook', () => {
  it('is type, time and data of the event', () => {
    expect(bodyOf('webhook', SAMPLE)).toEqual({
      type: 'destination.test',
      timestamp: '2026-11-27T12:00:00.000Z',
      data: SAMPLE.data,
    });
  });
});

describe('words for one person', () => {
  const data = { userId: 'u-17', title: 'About your data', body: 'Dear u-17' };
  const words: DeliveryEvent = { ...SAMPLE, type: 'breach.affected', data };

  it('go to a webhook as they were written', () => {
    expect(bodyOf('webhook', words).data).toMatchObject({ userId: 'u-17', title: 'About your data' });
    expect(bodyOf('email', words, '{"subject": "{{title}}", "text": "{{summary}}"}')).toEqual({
      ...{ subject: 'About your data', text: 'Dear u-17' },
    });
  });

  it.each(['slack', 'discord'] as const)('are not posted into a channel of %s, by a template neither', (kind) => {
    for (const template of [null, '{"text": "{{body}}"}'])
      expect(renderBody({ kind, template }, words)).toMatchObject({
        ...{ ok: false, error: { kind: 'template_failed', reason: expect.stringContaining('chat channel') } },
      });
  });
});

describe('a message for Slack', () => {
  it('says what fires in the colour of its severity, with a link', () => {
    const rule = { id: 'rul_1', name: 'Checkout errors', severity: 'critical' };
    const firings = [{ summary: '12 errors in 5 minutes, more than 10' }];
    expect(bodyOf('slack', alert({ rule, firings }))).toEqual({
      text: '[FIRING] Checkout errors',
      attachments: [
        {
          color: '#e01e5a',
          fallback: '[FIRING] Checkout errors',
          title: 'Open in Breakwater',
          title_link: 'https://ops.example/alerts?project=prj_1',
          text: '12 errors in 5 minutes, more than 10',
          fields: [
            { title: 'Severity', value: 'critical', short: true },
            { title: 'Status', value: 'firing', short: true },
            { title: 'Project', value: 'Shop', short: true },
            { title: 'Rule', value: 'Checkout errors', short: true },
          ],
          footer: 'Breakwater',
          ts: NOW / 1000,
        },
      ],
    });
  });

  it('is green once it is over', () => {
    const body = bodyOf('slack', alert({ status: 'resolved' }, 'alert.resolved'));
    expect([body.text, body.attachments[0].color]).toEqual(['[RESOLVED] Test of the destination', '#2eb67d']);
  });

  it('lists the first firings of many, each on a line, and says how many more there are', () => {
    const firings = Array.from({ length: 25 }, (_, i) => ({ summary: `firing\n${i}` }));
    const body = bodyOf('slack', alert({ firings }));
    const lines = body.attachments[0].text.split('\n');
    expect([body.text, lines.length, lines[0], lines[20]]).toEqual([
      '[FIRING] Test of the destination (25)',
      21,
      '• firing 0',
      '… and 5 more',
    ]);
  });

  it('calls nobody and hides no link, whatever a log line says', () => {
    const text = JSON.stringify(bodyOf('slack', alert({ firings: [{ summary: '<!channel> <https://evil|good> &' }] })));
    expect(text).toContain('&lt;!channel&gt; &lt;https://evil|good&gt; &amp;');
  });

  it('links to pages alone', () => {
    for (const url of ['javascript:alert(1)', 'no url', 7, null]) {
      expect(bodyOf('slack', alert({ url })).attachments[0].title_link).toBeUndefined();
    }
    const split = bodyOf('slack', alert({ url: 'https://ops.example/a|b>c' }));
    expect(split.attachments[0].title_link).toBe('https://ops.example/a%7Cb%3Ec');
  });
});

describe('a message for Discord', () => {
  it('says what fires in the colour of its severity, and calls nobody', () => {
    const rule = { name: 'Checkout [errors](https://evil.example) @everyone', severity: 'warning' };
    const body = bodyOf('discord', alert({ rule }));
    expect(body.allowed_mentions).toEqual({ parse: [] });
    expect(body.embeds[0]).toMatchObject({ color: 0xecb22e, timestamp: '2026-11-27T12:00:00.000Z' });
    expect(body.embeds[0].url).toBe('https://ops.example/alerts?project=prj_1');
    expect(body.content).toBe('\\[FIRING\\] Checkout \\[errors\\]\\(https://evil.example\\) \\@everyone');
  });
});

describe('an e-mail', () => {
  it.each(MAIL_PRESETS)('is what $name takes', ({ template }) => {
    const body = JSON.stringify(bodyOf('email', SAMPLE, template));
    expect(body).toContain('"[TEST] Test of the destination"');
    expect(body).toContain('Nothing is wrong.\\n\\nhttps://ops.example/alerts?project=prj_1');
    expect(body).toContain('alerts@example.com');
  });

  it('needs a template', () => {
    expect(renderBody({ kind: 'email', template: null }, SAMPLE)).toEqual({
      ok: false,
      error: { kind: 'template_failed', reason: expect.stringContaining('needs a template'), position: null },
    });
  });
});

describe("a template of one's own", () => {
  it('takes the place of the built-in form, and sees the event and its data', () => {
    const template =
      '{"t":"{{title}}","s":"{{summary}}","e":{{json event}},"r":"{{rule.name}}","d":{{json data.firings.0.value}}}';
    expect(bodyOf('slack', alert({}), template)).toEqual({
      t: '[FIRING] Test of the destination',
      s: 'A test: 42 records in 1 minute, more than 10. Nothing is wrong.',
      e: { id: 'evt_1', type: 'alert.firing', subject: SAMPLE.subject, timestamp: '2026-11-27T12:00:00.000Z' },
      r: 'Test of the destination',
      d: 42,
    });
  });

  it.each(['"{{summary}}"', '{{summary}}', '"{{truncate summary 100}}"', '"{{json firings}}"', '{{json firings}}'])(
    'for Slack calls nobody and hides no link by %s',
    (value) => {
      const event = alert({ firings: [{ summary: '<!channel> <https://evil.example|Open>' }] });
      const text = JSON.stringify(bodyOf('slack', event, `{"text":${value},"more":"<!here>"}`).text);
      expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example|Open&gt;');
      expect(text).not.toMatch(/[<>]/);
    },
  );

  it('for Slack may call whom it names itself, and escapes what it inserts once', () => {
    const event = alert({ firings: [{ summary: 'a < b & c' }] });
    const template = '{"text":"<!channel> {{mrkdwn summary}} <{{url}}|Open>"}';
    expect(bodyOf('slack', event, template).text).toBe(
      '<!channel> a &lt; b &amp; c <https://ops.example/alerts?project=prj_1|Open>',
    );
  });

  it('for Discord mentions nobody, unless it says whom it may', () => {
    const event = alert({ firings: [{ summary: '@everyone' }] });
    const of = (template: string) => bodyOf('discord', event, template).allowed_mentions;
    expect(of('{"content":"{{summary}}"}')).toEqual({ parse: [] });
    expect(of('{"content":"{{summary}}","allowed_mentions":{"parse":["roles"]}}')).toEqual({ parse: ['roles'] });
    expect(bodyOf('discord', event, '["{{summary}}"]')).toEqual(['@everyone']);
  });

  it('that makes no JSON is told with its place', () => {
    const rendered = renderBody({ kind: 'webhook', template: '{"a":{{title}} {{title}}}' }, SAMPLE);
    expect(rendered).toMatchObject({ ok: false, error: { kind: 'template_failed', position: 15 } });
  });
});

describe('any event', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '\u202e', 'א', '\u0000', '\u001b', '\ud800', '😀', '&', '<', '*', '@'),
      maxLength: 8_000,
    }),
    fc.constantFrom('x'.repeat(50_000), '&'.repeat(5_000), '😀'.repeat(5_000), '', ' '),
  );
  const firing = fc.record({ summary: text, state: text, id: text }, { requiredKeys: [] });
  const data = fc.record(
    {
      rule: fc.oneof(fc.record({ name: text, severity: text }, { requiredKeys: [] }), fc.jsonValue()),
      project: fc.oneof(fc.record({ name: text }), fc.jsonValue()),
      status: fc.oneof(fc.constant('resolved'), text),
      firings: fc.oneof(fc.array(firing, { maxLength: 30 }), fc.jsonValue()),
      url: fc.oneof(fc.webUrl({ withQueryParameters: true }), text),
    },
    { requiredKeys: [] },
  );
  const event = fc
    .record({ data, type: text, createdAtMs: fc.oneof(fc.integer(), fc.constantFrom(1e300, -1)) })
    .map((change) => ({ ...SAMPLE, ...change, data: JSON.parse(JSON.stringify(change.data)) }) as DeliveryEvent);
  /** Half characters and control characters are what receivers refuse. */
  const isClean = (shown: string) => shown.isWellFormed() && !/[^\P{Cc}\n]/u.test(shown);

  it("makes a message within Slack's limits", () => {
    fc.assert(
      fc.property(event, (one) => {
        const { text: heading, attachments } = bodyOf('slack', one);
        const [{ text: body, fields, fallback, title_link: link = '', color }] = attachments;
        expect(heading.length).toBeLessThanOrEqual(300);
        expect(heading.length).toBeGreaterThan(0);
        expect(body.length).toBeLessThanOrEqual(3_000);
        expect(link.length).toBeLessThanOrEqual(3_000);
        expect(color).toMatch(/^#[0-9a-f]{6}$/);
        const values = fields.map(({ value }: { value: string }) => value);
        for (const value of [heading, body, fallback, ...values]) {
          expect(isClean(value)).toBe(true);
          expect(value).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        }
      }),
    );
  });

  it("makes a message within Discord's limits", () => {
    fc.assert(
      fc.property(event, (one) => {
        const { content, embeds } = bodyOf('discord', one);
        const [{ title, description, fields, footer, url = '' }] = embeds;
        expect(content.length).toBeLessThanOrEqual(2_000);
        expect(content.trim().length).toBeGreaterThan(0);
        expect(title.length).toBeLessThanOrEqual(256);
        expect(description.length).toBeLessThanOrEqual(4_096);
        expect(url.length).toBeLessThanOrEqual(2_048);
        for (const { name, value } of fields) {
          expect(name.length).toBeLessThanOrEqual(256);
          expect(value.length).toBeLessThanOrEqual(1_024);
          expect(value.trim()).not.toBe('');
        }
        const shown = [
          title,
          description,
          footer.text,
          ...fields.flatMap(({ name, value }: Record<string, string>) => [name, value]),
        ];
        expect(shown.join('').length).toBeLessThanOrEqual(6_000);
        expect([content, ...shown].every(isClean)).toBe(true);
      }),
    );
  });

  it('makes JSON of a webhook and of each mail, or is told to be too long', () => {
    fc.assert(
      fc.property(event, (one) => {
        for (const template of [null, ...MAIL_PRESETS.map((preset) => preset.template)]) {
          const rendered = renderBody({ kind: 'webhook', template }, one);
          if (!rendered.ok) expect(rendered.error.reason).toContain('longer');
          else {
            expect(rendered.value.body.length).toBeLessThanOrEqual(MAX_BODY_CHARS);
            expect(() => JSON.parse(rendered.value.body)).not.toThrow();
          }
        }
      }),
    );
  });
});

describe('a text that is shortened', () => {
  it('keeps whole characters with their escapes, and is marked where something is missing', () => {
    const spell = (char: string) => (char === '&' ? '&amp;' : char);
    expect(shorten('abc', 3, spell)).toBe('abc');
    expect(shorten('abcd', 3, spell)).toBe('ab…');
    expect(shorten('a&b', 5, spell)).toBe('a…');
    expect(shorten('a&', 6, spell)).toBe('a&amp;');
    expect(shorten('😀😀', 3, spell)).toBe('😀…');
    expect(shorten('ab', 0, spell)).toBe('');
  });
});
