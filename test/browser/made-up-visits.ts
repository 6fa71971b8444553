/** Records of vitals, as a server sends them. */
const MINUTE_MS = 60_000;

function vital(name: string, value: number, ts: number, labels: Record<string, string>): object {
  return { stream: 'vitals', ts, attrs: { name, value, labels } };
}

/** An hour of visits that became slow on phones after twenty minutes, and a faster hour before it. */
export function visits(nowMs: number): object[] {
  const devices = ['mobile', 'desktop'] as const;
  const pages = ['/', '/checkout/:step', '=HYPERLINK("x")'] as const;
  return Array.from({ length: 120 }, (_, minutesAgo) => minutesAgo).flatMap((ago) => {
    const labels = {
      page: pages[ago % 3] ?? '',
      device: devices[ago % 2] ?? '',
      browser: 'Chrome',
      country: 'DE',
      release: ago < 40 ? 'v2' : 'v1',
    };
    const ts = nowMs - ago * MINUTE_MS - 1;
    const slow = ago < 40 && labels.device === 'mobile';
    return [
      vital('LCP', slow ? 5_000 + ago : ago < 60 ? 1_900 + ago : 1_000, ts, labels),
      vital('INP', 120 + ago, ts, labels),
      vital('CLS', 0.05, ts, labels),
    ];
  });
}
