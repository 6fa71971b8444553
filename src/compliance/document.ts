import { createHash } from 'node:crypto';
import { escapeHtml } from '../delivery/index.ts';
import type { AppContext } from '../shared/http.ts';
import { once } from '../shared/once.ts';

/** What is printed, filed or handed to an authority or a person. Every text is plain: what it holds is never read as HTML. */
export interface PaperDocument {
  title: string;
  /** Above everything else, such as what is missing. */
  warnings: string[];
  facts: { name: string; value: string }[];
  sections: { heading: string; paragraphs: string[]; table?: { head: string[]; rows: string[][] } }[];
  /** Small print at the end. */
  foot: string[];
}

const STYLE = `@page{margin:20mm}body{font:11pt/1.5 Georgia,'Times New Roman',serif;color:#111;background:#fff;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}h2{font-size:1.1rem;margin:1.6rem 0 .4rem;break-after:avoid}p{margin:0 0 .6rem;white-space:pre-wrap;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0 0 1rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.4rem 0 .8rem;font-size:.9em}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}tr{break-inside:avoid}
.warning{border:2px solid #b00020;padding:.5rem .8rem;margin:0 0 1rem}footer{margin-top:2rem;border-top:1px solid #999;padding-top:.5rem;font-size:.8em;color:#555}`;

/** No script, no picture, no request; the one style sheet is ours by its hash. */
const policy = once(
  () =>
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
);

/** One file that needs nothing beside it, for the screen and for paper. */
export function htmlOf({ title, warnings, facts, sections, foot }: PaperDocument): string {
  const heading = escaped(title);
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading}</title><style>${STYLE}</style></head><body>`,
    `<h1>${heading}</h1>`,
    ...warnings.map((warning) => `<p class="warning" role="note">${escaped(warning)}</p>`),
    facts.length === 0
      ? ''
      : `<dl>${facts.map(({ name, value }) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`,
    ...sections.map(
      (section) =>
        `<section><h2>${escaped(section.heading)}</h2>${paragraphsOf(section.paragraphs)}${tableOf(section.table)}</section>`,
    ),
    `<footer>${paragraphsOf(foot)}</footer>`,
    '</body></html>\n',
  ].join('\n');
}

/** Shown in the browser, and kept under this name. */
export function documentAnswer(c: AppContext, html: string, fileName: string): Response {
  return c.body(html, 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy(),
    'content-disposition': `inline; filename="${fileName.replace(/[^\w.-]/g, '_')}"`,
  });
}

function paragraphsOf(paragraphs: readonly string[]): string {
  return paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join('');
}

function tableOf(table: { head: string[]; rows: string[][] } | undefined): string {
  if (!table) return '';
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(table.head, 'th')}</thead><tbody>${table.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
}

/** Control characters, and those that turn the direction of text, would let a text pass for another. */
function escaped(text: string): string {
  return escapeHtml(
    text
      .toWellFormed()
      .replaceAll('\r\n', '\n')
      .replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd'),
  );
}
