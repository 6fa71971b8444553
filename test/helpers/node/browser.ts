/**
 * A real Chromium: the one that BREAKWATER_CHROMIUM names, else the one that comes as a package (Linux x64 only).
 * A suite that gets `{kind: 'absent'}` skips its tests with the reason.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { madeOnce, runFolder } from './run-folder.ts';

export type BrowserOutcome = { kind: 'ready'; browser: Browser } | { kind: 'absent'; reason: string };

/** `args`: further switches of Chromium, such as names of hosts that lead to this machine. */
export async function launchBrowser(args: readonly string[] = []): Promise<BrowserOutcome> {
  const named = process.env.BREAKWATER_CHROMIUM;
  if (named) return { kind: 'ready', browser: await launch(named, args) };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      kind: 'absent',
      reason: 'no Chromium comes as a package for this system; name one with BREAKWATER_CHROMIUM',
    };
  }
  return { kind: 'ready', browser: await launch(await packagedChromium(), args) };
}

/** Where Chromium lies unpacked, with the libraries and fonts that a bare system lacks. */
async function packagedChromium(): Promise<string> {
  const dir = path.join(runFolder(), 'chromium');
  // Read when the package is imported: it then names the libraries of this folder to all processes that are started.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x';
  process.env.TMPDIR = dir;
  const { default: packaged } = await import('@sparticuz/chromium');
  await madeOnce('chromium', async (draft) => {
    process.env.TMPDIR = draft; // where it unpacks to
    await packaged.executablePath();
    writeFileSync(path.join(draft, 'fonts/fonts.conf'), fontsConfig(dir));
  });
  runFolder(); // takes temporary files again
  return path.join(dir, 'chromium');
}

/** The package's own file names /tmp/fonts, wherever it unpacks to; without any font Chromium ends at the first text. */
function fontsConfig(dir: string): string {
  const dirs = [path.join(dir, 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'].map(
    (name) => `<dir>${name}</dir>`,
  );
  return `<?xml version="1.0"?><fontconfig>${dirs.join('')}<cachedir>${path.join(dir, 'fonts-cache')}</cachedir></fontconfig>`;
}

/** The package's own arguments switch the browser's security off, which would hide faults of CORS and of the policy. */
function launch(executablePath: string, more: readonly string[]): Promise<Browser> {
  // Without a locale of the machine's, as in many containers, Chromium makes up a language that no formatter knows.
  const env = { ...process.env, LANG: 'en_US.UTF-8', LANGUAGE: 'en_US' };
  return playwright.launch({
    executablePath,
    env,
    args: ['--no-sandbox', '--headless=shell', ...more],
    headless: true,
  });
}

/** What axe finds against WCAG 2.2 AA and its best practices on the page as it is now, a line for each element. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Evaluated by the debugger, not loaded by the page: the page's own security policy allows no foreign script.
  await page.evaluate(axe.source);
  const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`),
  );
}
