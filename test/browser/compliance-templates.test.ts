import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { answerDeletions, LONG, type MadeUpDeletions, madeUpDeletions } from './compliance-answers.ts';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string) => `${dashboard.server.url}/compliance${path}`;

async function visitDeletions(path: string, made: MadeUpDeletions): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await answerDeletions(page, made);
  await page.goto(at(path));
  await page.getByRole('navigation', { name: 'Compliance' }).waitFor();
  return { page, faults };
}

describe('templates', () => {
  it('are written, changed from the version that was read, and deleted by their typed name', async () => {
    const made = madeUpDeletions(1);
    const { page, faults } = await visitDeletions('/templates', made);
    const dialog = page.getByRole('dialog');
    // A built-in one is copied: what is saved is another.
    await page.getByRole('button', { name: 'Copy Request received' }).click();
    expect(await dialog.getByLabel('Text').inputValue()).toBe('We received it.');
    await dialog.getByLabel('Name').fill('Ours');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: 'Ours', exact: true }).waitFor();
    await page.getByRole('button', { name: 'New template' }).click();
    await dialog.getByLabel('Name').fill('Held');
    await dialog.getByLabel('For').selectOption('held');
    await dialog.getByLabel('Subject').fill('About {{reference}}');
    await dialog.getByLabel('Text').fill('Until {{deadline}}.');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: 'Held', exact: true }).click();
    await dialog.getByLabel('Text').fill('Until then.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The template is changed').waitFor();
    await page.getByRole('button', { name: `Delete ${LONG}` }).click();
    await dialog.getByLabel(/to confirm/).fill(LONG);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The template is deleted').waitFor();
    expect(made.sent.map(({ method, path }) => [method, path])).toEqual([
      ['POST', 'templates'],
      ['POST', 'templates'],
      ['PUT', 'templates/tpl_new_5'],
      ['DELETE', 'templates/tpl_1'],
    ]);
    expect(made.sent[2]?.body).toMatchObject({ version: 1, body: 'Until then.' });
    expect(faults).toEqual([]);
  });

  it('of a full register are sorted all, and drawn a hundred at first', async () => {
    const made = madeUpDeletions(1);
    const [one] = made.templates.slice(-1);
    if (!one) throw new Error('there is no template');
    made.templates = Array.from({ length: 1_000 }, (_, i) => ({ ...one, id: `tpl_${i}`, name: `Text ${i}` }));
    const { page } = await visitDeletions('/templates', made);
    const rows = page.getByRole('table', { name: 'Templates' }).locator('tbody tr');
    await page.getByRole('button', { name: 'Show all 1,000' }).waitFor();
    expect(await rows.count()).toBe(100);
    const name = page.getByRole('columnheader', { name: /^Name/ }).getByRole('button');
    await name.click();
    await name.click();
    await page.getByRole('button', { name: 'Text 999', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show all 1,000' }).click();
    await page.getByRole('button', { name: 'Text 0', exact: true }).waitFor();
    expect(await rows.count()).toBe(1_000);
  });
});

describe('the placeholders of a template', () => {
  const open = async (page: Page) => {
    await page.getByRole('button', { name: 'New template' }).click();
    return page.getByRole('dialog');
  };

  it('are listed by what the text is for, and go where the cursor is by a click or by keyboard', async () => {
    const { page } = await visitDeletions('/templates', madeUpDeletions(1));
    const dialog = await open(page);
    const placeholders = dialog.getByRole('region', { name: 'Placeholders' });
    await placeholders.getByRole('button', { name: '{{of_acknowledge}}' }).waitFor();
    await dialog.getByLabel('For').selectOption('held');
    const reference = placeholders.getByRole('button', {
      name: '{{reference}} Your own reference for it TICKET-1042',
    });
    await placeholders.getByRole('button', { name: '{{of_held}}' }).click();
    expect(await dialog.getByLabel('Text').inputValue()).toBe('{{of_held}}');
    await dialog.getByLabel('Text').fill('Dear , hello');
    await dialog.getByLabel('Text').evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(5, 5));
    await reference.click();
    await page.keyboard.type('!');
    expect(await dialog.getByLabel('Text').inputValue()).toBe('Dear {{reference}}!, hello');
    await dialog.getByLabel('Subject').fill('About X');
    await dialog.getByLabel('Subject').evaluate((field: HTMLInputElement) => field.setSelectionRange(6, 7));
    await reference.focus();
    await page.keyboard.press('Enter');
    expect(await dialog.getByLabel('Subject').inputValue()).toBe('About {{reference}}');
    expect(await dialog.getByLabel('Subject').evaluate((field) => field === document.activeElement)).toBe(true);
  });

  it('that are not there are told by the server, at the field that names one', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/templates'));
    const dialog = await open(page);
    await dialog.getByLabel('Name').fill('With a mistake');
    await dialog.getByLabel('Subject').fill('Received');
    await dialog.getByLabel('Text').fill('By {{deadline}}.');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const told = dialog.getByRole('alert').filter({ hasText: 'Character 4: there is no {{deadline}} here' });
    await told.waitFor();
    const described = (await dialog.getByLabel('Text').getAttribute('aria-describedby')) ?? '';
    expect(await told.getAttribute('id')).toBe(described);
    await dialog.getByLabel('Text').fill('By .');
    await dialog.getByLabel('Text').evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(3, 3));
    await dialog.getByRole('button', { name: /^\{\{deadlineAt\}\} By when it must be carried out/ }).click();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: 'With a mistake', exact: true }).waitFor();
  });
});
