import { beforeEach, describe, expect, it } from 'vitest';
import { BUILT_IN_TEMPLATES } from '../../src/compliance/templates/built-in.ts';
import { checkTexts } from '../../src/compliance/templates/placeholders.ts';
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

describe('a draft for those affected', () => {
  it('keeps the place of the user’s id, which is filled in for each when they are told', async () => {
    const template = await writeTemplate({ body: 'Dear {{userId}}: {{advice}}' });
    const id = await openBreach(null, { advice: 'Change it' });
    const draft = await call('GET', `breaches/${id}/communications/draft?template=${template}`);
    expect(draft.body.body).toBe('Dear {{userId}}: Change it');
  });
});
