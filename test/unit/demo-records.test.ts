import { expect, it } from 'vitest';
import type { DemoRecord } from '../../scripts/demo/record.ts';
import { recordsOfSecond } from '../../scripts/demo/traffic.ts';
import { isRefusal, normalise } from '../../src/ingest/normalise.ts';
import type { LogRecord } from '../../src/wire/record.ts';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const DEFAULTS = { stream: 'logs', service: '', nowMs: START_MS + 3_600_000 } as const;

function taken(sent: DemoRecord): LogRecord {
  const result = normalise({ ...sent }, DEFAULTS, null);
  if (isRefusal(result)) throw new Error(`${JSON.stringify(sent)}: ${result.pointer} ${result.reason}`);
  return JSON.parse(`{"id":"x${result.tail}`) as LogRecord;
}

it('the server takes every record of the demo, and changes nothing of an operation or a vital but to add what it sums up by', () => {
  let shaped = 0;
  for (let ms = START_MS; ms < START_MS + 1_200_000; ms += 1_000) {
    for (const sent of recordsOfSecond(ms)) {
      const { attrs } = taken(sent);
      expect(attrs).toMatchObject(sent.attrs);
      if (sent.stream === 'operations') {
        const { gateway, operation, reason } = sent.attrs;
        expect(attrs.labels).toMatchObject({
          operation,
          ...(gateway ? { gateway } : {}),
          ...(reason ? { reason } : {}),
        });
        shaped++;
      }
      if (sent.stream === 'vitals') {
        expect(attrs.rating).toMatch(/good|needs-improvement|poor/);
        shaped++;
      }
    }
  }
  expect(shaped).toBeGreaterThan(5_000);
});

it('errors of the demo are as many groups as there are stories, whatever the browser and the release', () => {
  const groups = new Map<unknown, Set<unknown>>();
  for (let ms = START_MS; ms < START_MS + 12 * 3_600_000; ms += 2_000) {
    for (const sent of recordsOfSecond(ms)) {
      if (sent.stream !== 'errors') continue;
      const { fingerprint } = normalisedLabels({ ...sent, ts: START_MS });
      const known = groups.get(sent.message) ?? new Set();
      groups.set(sent.message, known.add(fingerprint));
    }
  }
  expect(groups.size).toBe(7);
  expect([...groups.values()].map(({ size }) => size)).toEqual(Array.from({ length: 7 }, () => 1));
});

function normalisedLabels(sent: DemoRecord): Record<string, unknown> {
  return taken(sent).attrs.labels as Record<string, unknown>;
}
