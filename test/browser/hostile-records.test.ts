import { expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Hostile');

/** Each would run `breach()` in a page that takes a value for markup, an address or a script. */
const HOSTILE = [
  '<script>breach()</script>',
  '<img src=x onerror=breach()>',
  '<svg/onload=breach()>',
  '"><iframe srcdoc="<script>parent.breach()</script>">',
  'javascript:breach()',
  '</title></style></textarea><script>breach()</script>',
  '{{constructor.constructor("breach()")()}}',
  '<a href="javascript:breach()">click</a>',
];

it('what a record says is text on every page that shows it, and runs nothing', async () => {
  const record = (text: string) => ({
    message: text,
    level: 'error',
    service: text,
    userId: text,
    attrs: { [text]: text },
  });
  await dashboard.send(HOSTILE.map(record));
  const { page, faults } = await dashboard.visit({ signedIn: true });
  let breached = false;
  await page.exposeFunction('breach', () => {
    breached = true;
  });
  page.on('dialog', (dialog) => {
    breached = true;
    void dialog.dismiss();
  });
  const at = (path: string) => `${dashboard.server.url}${path}?project=${dashboard.projectId}`;

  await page.goto(at('/logs'));
  const rows = page.getByRole('grid', { name: 'Results' });
  await rows
    .getByText(HOSTILE[0] ?? '', { exact: false })
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  for (let i = 0; i < HOSTILE.length; i++) await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Record' });
  await drawer.waitFor();
  expect(HOSTILE).toContain(await drawer.locator('.drawer-message').textContent());
  expect(await page.locator('iframe, object, embed, img[src="x"], svg[onload], a[href^="javascript"]').count()).toBe(0);

  await page.goto(at('/'));
  await page.getByRole('region', { name: 'Recent errors' }).getByText('onerror').first().waitFor();
  expect([breached, faults]).toEqual([false, []]);
});

it('the policy of the page runs no script that is not a file of ours, should one get in', async () => {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await page.goto(dashboard.server.url);
  const tried = await page.evaluate(async () => {
    const outcomes: string[] = [];
    // What the debugger itself evaluates is exempt from the policy; what a timer calls is not.
    await new Promise((resolve) => setTimeout(resolve));
    const attempt = (what: () => unknown) => {
      try {
        what();
        outcomes.push('done');
      } catch (error) {
        outcomes.push(error instanceof Error ? error.name : 'refused');
      }
    };
    attempt(() => {
      document.body.innerHTML += '<img src=x onerror="document.title = `breached`">';
    });
    attempt(() => {
      const script = document.createElement('script');
      script.text = 'document.title = "breached"';
      document.body.append(script);
    });
    attempt(() => new Function('document.title = "breached"')());
    return outcomes;
  });
  expect(tried).toEqual(['TypeError', 'TypeError', 'EvalError']);
  expect(await page.title()).not.toBe('breached');
  expect(faults.length).toBeGreaterThan(0);
});
