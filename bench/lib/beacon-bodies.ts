import type { LoadBody } from './load-bodies.ts';
import { random } from './records.ts';

const PAGES = 200;

/** What the SDK sends when a page goes: its vitals with their attribution, `perBody` of them, and what holds for all. */
export function makeBeaconBodies(count: number, perBody: number): LoadBody[] {
  const next = random(11);
  return Array.from({ length: count }, () => {
    const url = `https://shop.example/products/${Math.floor(next() * PAGES)}?utm_source=mail`;
    const records = Array.from({ length: perBody }, (_, i) => ({
      stream: 'vitals',
      ts: Date.now(),
      attrs: {
        ...{ name: ['LCP', 'CLS', 'INP', 'FCP', 'TTFB'][i % 5], value: Math.round(next() * 40_000) / 10, unit: 'ms' },
        ...{ id: `v6-${Math.floor(next() * 1e13)}`, navigationType: 'navigate' },
        attribution: { target: 'main>section.hero>img', timeToFirstByte: 210.4, resourceLoadDuration: 330.1 },
      },
    }));
    const common = {
      ...{ service: 'shop', sessionId: '0b1a6f1e-9d5c-4a3e-8f57-2b8f9f1d7c10', sampleRate: 1, sdk: '0.1.0', url },
      labels: { connection: '4g', release: '2026.11.3' },
    };
    const bytes = Buffer.from(JSON.stringify({ id: '0'.repeat(20), sentAt: Date.now(), common, records }));
    return { bytes, mark };
  });
}

function mark(copy: Buffer, serial: number): void {
  // `{"id":"00…`: the twenty digits begin at byte 7.
  copy.write(String(serial).padStart(20, '0'), 7, 'latin1');
}
