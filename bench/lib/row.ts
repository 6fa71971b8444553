/** One line of the table. Figures are medians; `reach` is what the project set itself. */
export interface Row {
  what: string;
  /** The target, in words: `>= 100,000/s`. */
  reach: string;
  ours: string;
  /** Peer name → figure, measured in the same run on the same machine. */
  peers: Readonly<Record<string, string>>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The nearest-rank quantile of a sample. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = ['| what | reach | ours | peers in the same run |', '|---|---|---|---|'];
  for (const row of rows) {
    const peers = Object.entries(row.peers).map(([name, figure]) => `${name}: ${figure}`);
    lines.push(`| ${row.what} | ${row.reach} | **${row.ours}** | ${peers.join('; ') || 'none'} |`);
  }
  return lines.join('\n');
}
