import { describe, expect, it } from 'vitest';
import { altered, answerAudit, madeUpAudit } from './audit-answers.ts';
import { useDashboard } from './dashboard.ts';
import { settled } from './inspected.ts';

const dashboard = await useDashboard('The shop');

describe('a finding of the trail', () => {
  it('is acknowledged with what it was; the page is green again when none is open, and each stays in the list', async () => {
    const made = altered(madeUpAudit(100));
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answerAudit(page, made);
    await page.goto(`${dashboard.server.url}/audit/findings`);
    await settled(page);
    await page.getByRole('heading', { name: 'The trail is not what was sealed' }).waitFor();
    const table = page.getByRole('table', { name: 'Findings' });
    const asked = page.getByRole('dialog', { name: 'Acknowledge the finding' });
    for (const left of [2, 1, 0]) {
      await table.getByRole('button', { name: 'Acknowledge…' }).first().click();
      await asked.getByText('It stays in this list').waitFor();
      expect(await asked.getByRole('button', { name: 'Acknowledge' }).isDisabled()).toBe(true);
      await asked.getByLabel('Reason').fill(`A restore drill, ${left} left`);
      await page.keyboard.press('Enter');
      await expect.poll(() => table.getByRole('button', { name: 'Acknowledge…' }).count()).toBe(left);
    }
    await page.getByRole('heading', { name: 'Sealed up to entry 98, no open findings' }).waitFor();
    await page.getByText('3 findings of before were looked into.').waitFor();
    expect(await table.getByRole('row').count()).toBe(4);
    await table.getByText('A restore drill, 0 left').waitFor();
    expect(await table.getByRole('link', { name: 'Ada' }).first().getAttribute('href')).toContain('entry=100');
    expect(made.sent.map(({ path }) => path)).toEqual(Array(3).fill('audit/acknowledge'));
    expect(faults).toEqual([]);
  });
});
