import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Shop');

describe('Settings, Browser', () => {
  it('shows what rules would make of paths while they are written, saves them, and takes them back', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width: 1440, height: 900 } });
    await page.goto(`${dashboard.server.url}/settings/browser?project=${dashboard.projectId}`);
    const rules = page.getByRole('textbox', { name: 'Pages, by rules of your own' });
    const table = page.getByRole('table', { name: 'What the paths become' });
    await table.getByText('/users/:id/orders').waitFor();

    await rules.fill('/shop/:category/*\nu/*');
    await page.getByText('Line 2 must begin with /.').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await rules.fill('/shop/:category/*\n/u/*');
    await table.getByText('your rule').first().waitFor();
    expect(await table.getByRole('row', { name: /blue-suede/ }).textContent()).toContain('/shop/:category/*');

    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Version 1').waitFor();
    const stored = async () => (await dashboard.admin.get(`/api/projects/${dashboard.projectId}/browser`)) as object;
    expect(await stored()).toMatchObject({ pageRules: ['/shop/:category/*', '/u/*'], bots: 'drop', version: 1 });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Version 2').waitFor();
    expect(await stored()).toMatchObject({ pageRules: [], version: 2 });
    expect(await rules.inputValue()).toBe('');
    // Chromium's own line about the rule that was refused while it was written.
    expect(faults.filter((text) => !text.includes('status of 400'))).toEqual([]);
  });
});
