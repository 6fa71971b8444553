import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

interface Point {
  x: number;
  y: number;
}

/** A place over a chart, by a share of its width. One that is being built anew has no size for a moment. */
export async function pointOver(chart: Locator, share: number): Promise<Point> {
  let point: Point | null = null;
  await expect
    .poll(async () => {
      const box = await chart.boundingBox();
      point = box && { x: box.x + box.width * share, y: box.y + 20 };
      return point;
    })
    .not.toBeNull();
  return point as unknown as Point;
}

/** With the left button, between two shares of its width. */
export async function dragOver(page: Page, chart: Locator, fromShare: number, toShare: number): Promise<void> {
  const [from, to] = [await pointOver(chart, fromShare), await pointOver(chart, toShare)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}
