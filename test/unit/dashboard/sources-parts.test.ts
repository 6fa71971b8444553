import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import clientDocs from '../../../docs/clients.md?raw';
import errorDocs from '../../../docs/errors.md?raw';
import type { ApiKey, Ledger, LedgerMinute, LedgerSource } from '../../../src/dashboard/api/types.ts';
import { clientSettings, KEY_PLACEHOLDER } from '../../../src/dashboard/pages/sources/client-settings.ts';
import { needsQuarantine } from '../../../src/dashboard/pages/sources/needs-quarantine.ts';
import { outcomesOf } from '../../../src/dashboard/pages/sources/outcomes.ts';
import { refusalWords, rejectionWords } from '../../../src/dashboard/pages/sources/refusal-words.ts';
import { seenText, sourceRows } from '../../../src/dashboard/pages/sources/rows.ts';

const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 10, 27, 12);
const ZERO = { requests: 0, received: 0, stored: 0, duplicate: 0, rejected: 0, refused: 0, bytes: 0 };
const EMPTY: Ledger = {
  ...ZERO,
  ...{ keys: [], minutes: [], reasons: [], refusals: [], sources: [], moreSources: false },
  ...{ fromMs: NOW_MS - 3_600_000, toMs: NOW_MS, detailFromMs: NOW_MS - 3_600_000 },
  journal: { backlogRecords: 0, backlogBytes: 0, largestBacklogBytes: 0, sealFailingSinceMs: null },
};
const minute = (ago: number, counts: Partial<LedgerMinute>): LedgerMinute => ({
  ...{ ...ZERO, keyId: 'key', minute: NOW_MS - ago * MINUTE_MS },
  ...counts,
});

describe('outcomes over time', () => {
  it('have a bar for every minute of an hour, of all keys together, also where nothing came', () => {
    const minutes = [
      minute(60, { received: 3, stored: 2, rejected: 1 }),
      minute(1, { received: 4, stored: 4 }),
      minute(1, { keyId: 'other', received: 5, duplicate: 5, refused: 2 }),
    ];
    const { buckets, bucketMs, totals, foldedBeforeMs } = outcomesOf(
      { ...EMPTY, minutes },
      { kind: 'preset', id: '1h' },
    );
    expect([bucketMs, buckets.length, foldedBeforeMs]).toEqual([MINUTE_MS, 60, null]);
    expect(totals).toEqual({ received: 12, stored: 6, duplicate: 5, rejected: 1, refused: 2 });
    expect(buckets[0]?.counts).toEqual({ stored: 2, duplicate: 0, rejected: 1, refused: 0 });
    expect(buckets[59]?.counts).toEqual({ stored: 4, duplicate: 5, rejected: 0, refused: 2 });
    expect(buckets[30]?.received).toBe(0);
  });

  it('of the last minutes leave out the others of the answer', () => {
    const minutes = [minute(40, { received: 7 }), minute(3, { received: 5 })];
    const outcomes = outcomesOf({ ...EMPTY, minutes }, { kind: 'live' });
    expect([outcomes.buckets.length, outcomes.totals.received]).toEqual([15, 5]);
  });

  it('of a day are wider bars with the same sums, and of a week say since when there are minutes', () => {
    const fromMs = NOW_MS - 86_400_000;
    const minutes = Array.from({ length: 1_440 }, (_, i) => minute(i + 1, { received: 2, stored: 2 }));
    const day = outcomesOf({ ...EMPTY, fromMs, detailFromMs: fromMs, minutes }, { kind: 'preset', id: '24h' });
    expect([day.bucketMs, day.buckets.length, day.totals.stored, day.foldedBeforeMs]).toEqual([
      15 * MINUTE_MS,
      96,
      2_880,
      null,
    ]);
    const week = outcomesOf({ ...EMPTY, fromMs, detailFromMs: fromMs, minutes }, { kind: 'preset', id: '7d' });
    expect(week.foldedBeforeMs).toBe(fromMs);
    const folded = { ...EMPTY, detailFromMs: NOW_MS - 600_000 };
    expect(outcomesOf(folded, { kind: 'preset', id: '1h' }).foldedBeforeMs).toBe(NOW_MS - 600_000);
  });
});

describe('keys and clients', () => {
  const source = (over: Partial<LedgerSource>): LedgerSource => ({
    ...{ keyId: 'key_a', protocol: 'ingest', userAgent: 'curl', requests: 1, records: 1, bytes: 1 },
    ...{ firstSeenAtMs: 0, lastSeenAtMs: NOW_MS - 1_000, lastRecordAtMs: NOW_MS - 1_000 },
    ...over,
  });
  const apiKey = (id: string, over: Partial<ApiKey> = {}): ApiKey => ({
    ...{ id, name: `name of ${id}`, scopes: ['ingest'], origins: null, prefix: 'bw_1', createdAtMs: 0 },
    ...{ quota: null, createdBy: null, revokedAtMs: null },
    ...over,
  });
  const refusals = [{ keyId: 'key_a', code: 'key_revoked', requests: 1, lastMinute: NOW_MS - MINUTE_MS }];

  it.each([
    ['sends', source({}), [], 'Sending', 'ok'],
    [
      'sent ten minutes ago',
      source({ lastSeenAtMs: NOW_MS - 600_000, lastRecordAtMs: NOW_MS - 600_000 }),
      [],
      'Quiet',
      'off',
    ],
    ['is refused', source({ lastRecordAtMs: NOW_MS - 60_000 }), refusals, 'Refused: the key was revoked', 'bad'],
    ['has every record rejected', source({ lastRecordAtMs: 0 }), [], 'Rejected', 'bad'],
    ['was refused last week', source({ lastSeenAtMs: NOW_MS - 6e8, lastRecordAtMs: 0 }), [], 'Quiet', 'off'],
  ] as const)('say of a client that %s: that', (_, client, refused, word, tone) => {
    const rows = sourceRows({ ...EMPTY, sources: [client], refusals: [...refused] }, null, NOW_MS);
    expect(rows).toMatchObject([{ state: { word, tone } }]);
  });

  it('were seen now, not in the future, where the page’s clock is some seconds late', () => {
    expect([seenText(NOW_MS + 3_000, NOW_MS), seenText(NOW_MS - 180_000, NOW_MS)]).toEqual(['now', '3\u00a0min ago']);
  });

  it('have names for administrators, ids for others, and list keys that were never used and can send', () => {
    const ledger = {
      ...EMPTY,
      sources: [source({}), source({ keyId: 'user:u1', protocol: 'socket', lastSeenAtMs: NOW_MS })],
      keys: [{ ...ZERO, keyId: 'key_r', refused: 3, lastSeenAtMs: NOW_MS - 5_000, lastRecordAtMs: 0 }],
    };
    const keys = [
      ...[
        apiKey('key_a'),
        apiKey('key_r', { scopes: ['query'] }),
        apiKey('key_new'),
        apiKey('key_q', { scopes: ['query'] }),
      ],
      apiKey('key_over', { revokedAtMs: NOW_MS - 1 }),
    ];
    expect(sourceRows(ledger, keys, NOW_MS).map(({ keyName, state }) => [keyName, state.word])).toEqual([
      ['Somebody signed in', 'Sending'],
      ['name of key_a', 'Sending'],
      ['name of key_r', 'Refused'],
      ['name of key_new', 'Never sent'],
    ]);
    expect(sourceRows(ledger, null, NOW_MS).map(({ keyName }) => keyName)).toEqual([
      'Somebody signed in',
      'key_a',
      'key_r',
    ]);
  });
});

describe('words for what was turned away', () => {
  const documented = [...errorDocs.matchAll(/^### (\w+)$/gm)].map(([, code]) => code ?? '');
  const sending = documented
    .slice(documented.indexOf('key_missing'), documented.indexOf('journal_away') + 1)
    // Its records are counted one by one, as rejected.
    .filter((code) => code !== 'all_rejected');

  it('are there for every code of sending, and say what to do', () => {
    expect(sending.length).toBeGreaterThan(10);
    for (const code of sending) {
      const { what, todo } = refusalWords(code);
      expect([code, what]).not.toEqual([code, code.replaceAll('_', ' ')]);
      expect(todo).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('fall back to the code itself, and are never those of another thing', () => {
    expect(refusalWords('brand_new').what).toBe('brand new');
    expect(refusalWords('constructor').what).toBe('constructor');
  });

  it.each([
    ['/ts', 'The field ts is not valid'],
    ['not valid JSON', 'Not valid JSON'],
    ['is larger than 262144 characters', 'The record is larger than 262144 characters'],
    ['(other)', 'Other reasons'],
  ])('of a rejection for %s are plain', (reason, what) => {
    expect(rejectionWords(reason).what).toBe(what);
  });
});

describe('settings of clients', () => {
  const ORIGIN = 'https://logs.example.com';
  const KEY = 'bw_abc.eyJ0IjoxfQ.c2ln';
  const settings = clientSettings(ORIGIN, KEY);
  const codeOf = (id: string) => settings.find((client) => client.id === id)?.code ?? '';

  it('hold the host and the key of every client, once it is known', () => {
    for (const { id, code } of settings) {
      expect([id, code.includes('logs.example.com'), code.includes(KEY)]).toEqual([id, true, true]);
      expect(code).not.toContain(KEY_PLACEHOLDER);
    }
    expect(new Set(settings.map(({ id }) => id)).size).toBe(settings.length);
  });

  it('are those of docs/clients.md', () => {
    for (const { id, code } of clientSettings('https://ops.example.com', 'KEY'))
      expect([id, clientDocs.includes(`\n${code}\n\`\`\`\n`)]).toEqual([id, true]);
  });

  it.each([
    ['otel-collector', ['exporters', 'otlphttp/breakwater', 'endpoint'], ORIGIN],
    ['vector', ['sinks', 'breakwater', 'auth', 'token'], KEY],
    ['promtail', ['clients', 0, 'url'], `${ORIGIN}/loki/api/v1/push`],
    ['filebeat', ['output.elasticsearch', 'hosts', 0], `${ORIGIN}:443`],
  ] as const)('of %s are YAML that says what it should', (id, place, value) => {
    const read = place.reduce<unknown>((at, name) => Reflect.get(Object(at), name), parseYaml(codeOf(id)));
    expect(read).toBe(value);
  });

  it('name the port where a client cannot do without it', () => {
    const local = clientSettings('http://127.0.0.1:8787', KEY);
    const fluentBit = local.find(({ id }) => id === 'fluent-bit')?.code ?? '';
    expect(fluentBit).toMatch(/Host +127\.0\.0\.1\n +Port +8787\n/);
    expect(fluentBit).toMatch(/tls +off/);
    expect(codeOf('fluent-bit')).toMatch(/Port +443\n(?:.*\n)*.*tls +on/);
  });
});

describe('the quarantine panel', () => {
  const calm = { names: { count: 10, limit: 1_000 }, labels: [], quarantine: { items: [], more: false } };
  const item = { kind: 'name', name: 'a', value: null, records: 1, firstSeenAtMs: 0, lastSeenAtMs: 0 } as const;

  it.each([
    ['nothing is near its limit', calm, false],
    ['something is held back', { ...calm, quarantine: { items: [item], more: false } }, true],
    ['names are nearly used up', { ...calm, names: { count: 800, limit: 1_000 } }, true],
    ['a label is full', { ...calm, labels: [{ label: 'path', values: 100, limit: 100 }] }, true],
  ])('shows, where %s: %s', (_, cardinality, shows) => {
    expect(needsQuarantine(cardinality)).toBe(shows);
  });
});
