import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../lib/run.ts';
import { makeDocument } from './document.ts';
import { pageOf } from './page/page.ts';

/** Writes dist/openapi/: the document, and the page that shows it, in the colours of the dashboard. */
export async function buildOpenapiFiles(): Promise<void> {
  const folder = path.join(PROJECT_DIR, 'dist/openapi');
  const document = await makeDocument();
  const styles = ['src/dashboard/styles/tokens.css', 'scripts/openapi/page/docs.css'];
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'openapi.json'), JSON.stringify(document));
  writeFileSync(path.join(folder, 'docs.html'), pageOf(document));
  writeFileSync(
    path.join(folder, 'docs.css'),
    styles.map((file) => readFileSync(path.join(PROJECT_DIR, file), 'utf8')).join('\n'),
  );
}
