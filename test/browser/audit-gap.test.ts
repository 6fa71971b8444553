import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { databaseFile } from '../faults/disk.ts';
import { answerAudit, type MadeUpAudit, madeUpAudit, withGap } from './audit-answers.ts';
import { useDashboard } from './dashboard.ts';
import { settled } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string) => `${dashboard.server.url}${path}`;

async function visitAudit(path: string, made: MadeUpAudit): Promise<Page> {
  const { page } = await dashboard.visit({ signedIn: true });
  await answerAudit(page, made);
  await page.goto(at(path));
  await settled(page);
  return page;
}

describe('a gap that stops the sealing', () => {
  const accept = (page: Page) => page.getByRole('button', { name: 'Accept this gap…' });
  const asked = (page: Page) => page.getByRole('dialog', { name: 'Accept the gap' });
  const confirm = (page: Page) => asked(page).getByRole('button', { name: 'Accept the gap' });

  it('is accepted with a reason, after what that means was said, and is shown as being covered then', async () => {
    const made = withGap(madeUpAudit(100));
    const page = await visitAudit('/audit/findings', made);
    await page.getByRole('heading', { name: 'Sealing stops at a gap' }).waitFor();
    await page.getByText('Entries 99 to 250,098 are not there: their numbers were skipped.').waitFor();
    await accept(page).click();
    await asked(page).getByText('250,000 entries, 99 to 250,098, are sealed as not there').waitFor();
    await asked(page).getByText('The finding stays.').waitFor();
    await asked(page).getByLabel('Reason').fill('   ');
    expect(await confirm(page).isDisabled()).toBe(true);
    await asked(page).getByLabel('Reason').fill(' A restore drill moved the numbers on. ');
    await confirm(page).click();
    await page.getByRole('heading', { name: 'An accepted gap is being covered' }).waitFor();
    expect(made.sent).toEqual([
      { method: 'POST', path: 'audit/gap', body: { toSeq: 250_098, reason: 'A restore drill moved the numbers on.' } },
    ]);
    expect(await accept(page).count()).toBe(0);
  });

  it('that cannot be covered is refused in the words of the server, with what was typed still there', async () => {
    const refusal = 'At most 10000000 numbers can be covered. Put the database back to before they were skipped.';
    const page = await visitAudit('/audit', { ...withGap(madeUpAudit(100)), refusal });
    await accept(page).click();
    await asked(page).getByLabel('Reason').fill('Seen');
    await page.keyboard.press('Enter');
    await asked(page).getByText(refusal).waitFor();
    expect(await asked(page).getByLabel('Reason').inputValue()).toBe('Seen');
    await page.keyboard.press('Escape');
    await asked(page).waitFor({ state: 'detached' });
    expect(await accept(page).evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it('and was made by hand in the database is accepted by the server, of which the trail tells', async () => {
    const { admin, server } = dashboard;
    await admin.post('/api/audit/seal', {});
    const db = new DatabaseSync(databaseFile(server.stateDir));
    // Another process has it open: what it is in the middle of is waited for.
    db.exec(`PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE;
      UPDATE sqlite_sequence SET seq = seq + 150000 WHERE name = 'audit';
      INSERT INTO audit (at_ms, actor_kind, action, target, request_id, address, detail) VALUES (1, 'console', 'test.write', 'x', 'r', '', '{}');
      COMMIT`);
    db.close();
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/audit'));
    await accept(page).click();
    await asked(page).getByLabel('Reason').fill('Moved on by a test.');
    await confirm(page).click();
    await page.getByRole('heading', { name: 'An accepted gap is being covered' }).waitFor();
    await page.goto(at('/audit?action=audit.accept_gap'));
    await page
      .getByRole('grid', { name: /^Entries/ })
      .getByText('audit.accept_gap')
      .first()
      .click();
    const entry = page.getByRole('dialog', { name: 'Entry', exact: true });
    await entry.getByText('Moved on by a test.').first().waitFor();
    expect(faults).toEqual([]);
  });
});
