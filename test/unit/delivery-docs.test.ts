import { describe, expect, it } from 'vitest';
import alerts from '../../docs/alerts.md?raw';
import { renderBody } from '../../src/delivery/body/render-body.ts';
import { sampleEvents } from '../../src/delivery/body/sample-event.ts';
import { MAIL_PRESETS } from '../../src/wire/mail-presets.ts';

const EVENTS = sampleEvents({ projectId: 'prj_1', projectName: 'Shop', origin: 'https://ops.example', nowMs: 0 });
const blocks = [...alerts.matchAll(/```json\n([\s\S]*?)\n```/g)].map(([, block]) => block ?? '');

describe('docs/alerts.md', () => {
  it.each(MAIL_PRESETS)('has the template for $name as the dashboard has it, with its URL and header', (preset) => {
    expect(blocks).toContain(preset.template);
    const { name, before } = preset.keyHeader;
    expect(alerts).toContain(`**${preset.name}**: \`${preset.url}\`, header \`${name}: ${before}<key>\``);
  });

  it('has templates that make bodies of every kind of event', () => {
    const templates = blocks.filter((block) => block.includes('{{'));
    expect(templates.length).toBeGreaterThan(MAIL_PRESETS.length);
    for (const template of templates) {
      for (const event of EVENTS) expect(renderBody({ kind: 'webhook', template }, event)).toMatchObject({ ok: true });
    }
  });
});
