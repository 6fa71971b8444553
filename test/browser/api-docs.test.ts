import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';
import { FLAWLESS, inspect, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

describe('/api/docs', () => {
  it('is readable on a phone, in both themes, with everything open too', async () => {
    const { page, faults } = await dashboard.visit({ viewport: { width: 390, height: 844 } });
    await watchShifts(page);
    expect(await inspect(page, `${dashboard.server.url}/api/docs`)).toEqual(FLAWLESS);
    const overflow = await page.evaluate(() => {
      for (const one of document.querySelectorAll('details')) one.open = true;
      return document.documentElement.scrollWidth - document.documentElement.clientWidth;
    });
    expect(overflow).toBe(0);
    expect(await page.locator('details').count()).toBeGreaterThan(200);
    expect(faults).toEqual([]);
  });
});
