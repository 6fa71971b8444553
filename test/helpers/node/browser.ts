/**
 * A real Chromium: the one that BREAKWATER_CHROMIUM names, else the one that comes as a package (Linux x64 only).
 * A suite that gets `{kind: 'absent'}` skips its tests with the reason.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { temporaryFolder } from './temporary.ts';

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
  // Read when the package is imported: it then unpacks the libraries and fonts that a bare system lacks, into TMPDIR.
  // The folder must be a new one, because a browser found there is taken without its libraries.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x';
  process.env.TMPDIR = temporaryFolder('chromium');
  const { default: packaged } = await import('@sparticuz/chromium');
  const executablePath = await packaged.executablePath();
  writeFileSync(path.join(process.env.TMPDIR, 'fonts/fonts.conf'), fontsConfig(process.env.TMPDIR));
  return { kind: 'ready', browser: await launch(executablePath, args) };
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
