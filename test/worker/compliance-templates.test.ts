import { beforeEach, describe, expect, it } from 'vitest';
import { BUILT_IN_TEMPLATES } from '../../src/compliance/templates/built-in.ts';
import { breachValues, checkTexts, deletionValues, PLACEHOLDERS } from '../../src/compliance/templates/placeholders.ts';
import { TEMPLATE_PURPOSES } from '../../src/wire/compliance.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { compliance, openBreach, writeTemplate } from '../helpers/worker/breaches.ts';
import type { SignedIn } from '../helpers/worker/call-app.ts';

let admin: SignedIn;
const call = (method: string, path: string, body?: unknown) => compliance(admin, method, path, body);

beforeEach(async () => {
  admin = await signInAs('admin');
});

describe('built-in templates', () => {
  it('are there for each purpose before anybody wrote one, first in the list, a page at a time', async () => {
    const own = await writeTemplate();
    const first = (await call('GET', 'templates?limit=4')).body;
    const second = (await call('GET', `templates?limit=4&cursor=${first.nextCursor}`)).body;
    const seen = [...first.items, ...second.items];
    const builtIn = seen.filter((one: { builtIn: boolean }) => one.builtIn);
    expect(seen.slice(0, 6)).toEqual(builtIn);
    expect(builtIn.map(({ purpose }: { purpose: string }) => purpose).sort()).toEqual([...TEMPLATE_PURPOSES].sort());
    const all = (await call('GET', 'templates')).body.items.map(({ id }: { id: string }) => id);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain(own);
  });

  it.each(BUILT_IN_TEMPLATES)('name what is known: $purpose', ({ purpose, subject, body }) => {
    expect(checkTexts({ subject, body }, purpose)).toEqual([]);
  });

  it('are filled in, are no one’s to change or delete, and can be copied', async () => {
    const id = await openBreach(null, { nature: 'A backup was open', advice: 'Change it', contact: 'dpo@example.com' });
    const draft = await call('GET', `breaches/${id}/communications/draft?template=tpl_breach_affected`);
    expect(draft.body.subject).toBe('About the security of your data: Backup left open');
    // What the register does not say leaves no gap.
    expect(draft.body.body).not.toContain('\n\n\n');
    expect(draft.body.body).toContain('What happened: A backup was open');
    expect(draft.body.body).toContain('Who answers your questions: dpo@example.com');
    const found = (await call('GET', 'templates')).body.items.find((one: { id: string }) => one.id === 'tpl_held');
    const { name, purpose, subject, body } = found;
    const texts = { name, purpose, subject, body };
    expect((await call('PUT', 'templates/tpl_held', { ...texts, version: 1 })).body.code).toBe('template_built_in');
    expect((await call('DELETE', 'templates/tpl_held')).body.code).toBe('template_built_in');
    expect((await call('POST', 'templates', texts)).body).toMatchObject({ ...texts, builtIn: false });
  });
});

describe('placeholders', () => {
  it('are listed with the templates, for each purpose, with what each gives and an example', async () => {
    const { placeholders } = (await call('GET', 'templates?limit=1')).body;
    expect(placeholders).toEqual(PLACEHOLDERS);
    expect(Object.keys(placeholders).sort()).toEqual([...TEMPLATE_PURPOSES].sort());
    for (const list of Object.values(PLACEHOLDERS)) {
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
      for (const { gives, example } of list) expect([gives, example]).not.toContain('');
    }
  });

  it('are those that are filled in, and no others', () => {
    const breach = {
      id: '',
      title: '',
      detectedAtMs: 0,
      awareAtMs: 0,
      facts: { categoriesOfPeople: [], categoriesOfRecords: [] },
    };
    const request = { holds: [] };
    const names = (purpose: keyof typeof PLACEHOLDERS) => PLACEHOLDERS[purpose].map(({ name }) => name).sort();
    expect(names('breach_authority')).toEqual(Object.keys(breachValues(breach as never, 'UTC')).sort());
    expect(names('breach_affected')).toEqual([...names('breach_authority'), 'userId'].sort());
    for (const purpose of ['acknowledge', 'executed', 'cancelled', 'held'] as const)
      expect(names(purpose)).toEqual(Object.keys(deletionValues(request as never, 'UTC')).sort());
  });

  it.each([
    ['subject', { subject: 'About {{title}}' }, 'character 7: there is no {{title}} here; there are requestId, '],
    ['body', { body: 'By {{deadline}}.' }, 'character 4: there is no {{deadline}} here; there are requestId, '],
    ['body', { body: '{{#if tilte}}x{{/if}}' }, 'there is no {{tilte}} here'],
  ])('that are not there are refused at the %s', async (field, change, reason) => {
    const texts = { name: 'x', purpose: 'acknowledge', subject: 'x', body: 'x', ...change };
    const written = await call('POST', 'templates', texts);
    expect(written).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: `/${field}`, reason: expect.stringContaining(reason) }] },
    });
    const { id } = (await call('POST', 'templates', { ...texts, subject: 'x', body: 'x' })).body;
    expect(await call('PUT', `templates/${id}`, { ...texts, version: 1 })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: `/${field}` }] },
    });
  });
});

describe('a draft for those affected', () => {
  it('keeps the place of the user’s id, which is filled in for each when they are told', async () => {
    const template = await writeTemplate({ body: 'Dear {{userId}}: {{advice}}' });
    const id = await openBreach(null, { advice: 'Change it' });
    const draft = await call('GET', `breaches/${id}/communications/draft?template=${template}`);
    expect(draft.body.body).toBe('Dear {{userId}}: Change it');
  });
});
