import { csvCell } from '../../wire/csv.ts';

export type CsvRow = readonly (string | number | null)[];

/** Numbers are written with all their digits, null as nothing. */
export function csvText(rows: readonly CsvRow[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(value: string | number | null): string {
  if (value === null) return '';
  return typeof value === 'number' ? String(value) : csvCell(value);
}

/** Hands the reader a file that was made here. */
export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download holds the blob by now; the address would hold it for as long as the page is open.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** "LCP by page, last 24 h" becomes `lcp-by-page-last-24-h`: a name that every file system takes. */
export function fileName(title: string, ending: 'csv' | 'png'): string {
  const stem = title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80);
  return `${stem || 'chart'}.${ending}`;
}
