import { describe, expect, it } from 'vitest';
import type { Ledger, LedgerMinute, LedgerSource, RefusedKeys } from '../../../src/dashboard/api/types.ts';
import { truthOf } from '../../../src/dashboard/pages/sources/truth.ts';

const MINUTE_MS = 60_000;
/** Half a minute into a minute. */
const NOW_MS = 30_000 + Math.floor(Date.UTC(2026, 10, 27, 12) / MINUTE_MS) * MINUTE_MS;
const minuteAgo = (minutes: number) => Math.floor(NOW_MS / MINUTE_MS) * MINUTE_MS - minutes * MINUTE_MS;
const ZERO = { requests: 0, received: 0, stored: 0, duplicate: 0, rejected: 0, refused: 0, bytes: 0 };

interface World {
  minutes?: (Partial<LedgerMinute> & { ago: number })[];
  /** How long ago each source sent its last record. */
  sourcesAgoMs?: number[];
  lastRecordAgoMs?: number | null;
  reasons?: { reason: string; ago: number }[];
  refusals?: { code: string; ago: number }[];
}

function ledgerOf({
  minutes = [],
  sourcesAgoMs = [],
  lastRecordAgoMs = null,
  reasons = [],
  refusals = [],
}: World): Ledger {
  const key = { ...ZERO, keyId: 'key', lastSeenAtMs: NOW_MS };
  return {
    ...ZERO,
    keys:
      minutes.length > 0 || lastRecordAgoMs !== null
        ? [{ ...key, lastRecordAtMs: lastRecordAgoMs === null ? 0 : NOW_MS - lastRecordAgoMs }]
        : [],
    ...{ fromMs: minuteAgo(60), toMs: NOW_MS, detailFromMs: minuteAgo(60), moreSources: false },
    minutes: minutes.map(({ ago, ...row }) => ({ ...ZERO, keyId: 'key', ...row, minute: minuteAgo(ago) })),
    reasons: reasons.map(({ reason, ago }) => ({ keyId: 'key', reason, records: 1, lastMinute: minuteAgo(ago) })),
    refusals: refusals.map(({ code, ago }) => ({ keyId: 'key', code, requests: 1, lastMinute: minuteAgo(ago) })),
    sources: sourcesAgoMs.map(
      (ago, i): LedgerSource => ({
        ...{ keyId: 'key', protocol: 'ingest', userAgent: `agent ${i}`, requests: 1, records: 1, bytes: 1 },
        ...{ firstSeenAtMs: 0, lastSeenAtMs: NOW_MS - ago, lastRecordAtMs: NOW_MS - ago },
      }),
    ),
    journal: { backlogRecords: 0, backlogBytes: 0, largestBacklogBytes: 0, sealFailingSinceMs: null },
  };
}

const sent = (ago: number, stored: number) => ({ ago, stored, received: stored, requests: 1 });
const stranger = (code: string, agoMs: number): RefusedKeys => ({ code, requests: 3, lastSeenAtMs: NOW_MS - agoMs });

const CASES: [string, World, RefusedKeys[] | null, { kind: string; tone: string; text: RegExp; detail: RegExp }][] = [
  [
    'records come: how many, from how many, and when the last one came',
    { minutes: [sent(0, 300), sent(1, 600)], sourcesAgoMs: [4_000, 90_000, 3_000_000], lastRecordAgoMs: 4_000 },
    [],
    {
      ...{ kind: 'arriving', tone: 'ok', text: /^Arriving now: 6 records\/s from 2\ssources$/ },
      detail: /^The last record came 4\ss ago\. Nothing was rejected or refused/,
    },
  ],
  [
    'few records come: by the minute, and never "0 records"',
    { minutes: [sent(2, 1)], sourcesAgoMs: [130_000], lastRecordAgoMs: 130_000 },
    null,
    { kind: 'arriving', tone: 'ok', text: /^Arriving now: 1\srecord\/min from 1\ssource$/, detail: /2\smin ago/ },
  ],
  [
    'only repeats come: they arrive',
    { minutes: [{ ago: 0, received: 90, duplicate: 90 }], sourcesAgoMs: [1_000], lastRecordAgoMs: 1_000 },
    null,
    { kind: 'arriving', tone: 'ok', text: /^Arriving now/, detail: /./ },
  ],
  [
    'some are rejected and some requests refused: the refusal is explained first',
    {
      minutes: [{ ...sent(0, 300), rejected: 9, refused: 2 }],
      ...{ sourcesAgoMs: [1_000], lastRecordAgoMs: 1_000 },
      ...{ reasons: [{ reason: '/ts', ago: 0 }], refusals: [{ code: 'key_revoked', ago: 0 }] },
    },
    null,
    {
      ...{ kind: 'mixed', tone: 'warn', text: /^Arriving now: .*, but not all of it$/ },
      detail:
        /^9\srecords rejected and 2\srequests refused in the last 3 min\. Refused: the key was revoked\. Create a new key/,
    },
  ],
  [
    'some are rejected: why',
    {
      minutes: [{ ...sent(0, 300), rejected: 1 }],
      ...{ sourcesAgoMs: [1_000], lastRecordAgoMs: 1_000, reasons: [{ reason: '/ts', ago: 0 }] },
    },
    null,
    {
      kind: 'mixed',
      tone: 'warn',
      text: /not all of it/,
      detail: /^1\srecord rejected .* Rejected: the field ts is not valid/,
    },
  ],
  [
    'trouble that ended half an hour ago is not said about now',
    {
      minutes: [sent(0, 300), { ago: 30, refused: 4 }],
      ...{ sourcesAgoMs: [1_000], lastRecordAgoMs: 1_000, refusals: [{ code: 'key_revoked', ago: 30 }] },
    },
    null,
    { kind: 'arriving', tone: 'ok', text: /^Arriving now/, detail: /Nothing was rejected/ },
  ],
  [
    'everything is refused and nothing ever came: why, and what to do',
    { minutes: [{ ago: 0, requests: 5, refused: 5 }], refusals: [{ code: 'scope_missing', ago: 0 }] },
    [],
    {
      ...{ kind: 'refused', tone: 'bad', text: /^Nothing gets in: the key may not write this$/ },
      detail: /^5\srequests refused in the last 15\smin\. Create a key that may send .* No record was ever taken\.$/,
    },
  ],
  [
    'it stopped because the key was revoked',
    {
      minutes: [sent(10, 300), { ago: 4, refused: 2 }],
      ...{ lastRecordAgoMs: 10 * MINUTE_MS, refusals: [{ code: 'key_revoked', ago: 4 }] },
    },
    null,
    { kind: 'refused', tone: 'bad', text: /the key was revoked$/, detail: /The last record was taken 10\smin ago\.$/ },
  ],
  [
    'every record is rejected',
    { minutes: [{ ago: 1, received: 8, rejected: 8 }], reasons: [{ reason: 'not valid JSON', ago: 1 }] },
    null,
    { kind: 'refused', tone: 'bad', text: /^Nothing gets in: not valid JSON$/, detail: /^8\srecords rejected/ },
  ],
  [
    'it stopped by itself: since when',
    { minutes: [sent(20, 300)], lastRecordAgoMs: 20 * MINUTE_MS },
    [],
    {
      kind: 'stopped',
      tone: 'warn',
      text: /^Nothing has arrived since \d\d:\d\d$/,
      detail: /20\smin ago, and nothing was refused/,
    },
  ],
  [
    'it stopped days ago: with the day',
    { lastRecordAgoMs: 9 * 86_400_000 },
    null,
    { kind: 'stopped', tone: 'warn', text: /since 2026-11-18 \d\d:\d\d$/, detail: /9\sd ago/ },
  ],
  [
    'it stopped, and since then somebody comes with a wrong key',
    { lastRecordAgoMs: 5 * MINUTE_MS },
    [stranger('key_missing', 900_000), stranger('key_invalid', 2_000)],
    {
      kind: 'stopped',
      tone: 'warn',
      text: /^Nothing has arrived since/,
      detail: /refused 2\ss ago: the key is not valid/,
    },
  ],
  [
    'it never came',
    {},
    [],
    { kind: 'never', tone: 'info', text: /^Nothing has ever arrived$/, detail: /^Choose your client below/ },
  ],
  [
    'it never came, and strangers came long ago',
    {},
    [stranger('key_missing', 3_600_000)],
    { kind: 'never', tone: 'info', text: /^Nothing has ever arrived$/, detail: /./ },
  ],
  [
    'it never came, but somebody tries without a key',
    {},
    [stranger('key_missing', 5_000)],
    { kind: 'never', tone: 'bad', text: /but somebody tries$/, detail: /refused 5\ss ago: no key was sent/ },
  ],
];

describe('the sentence of the page about sources', () => {
  it.each(CASES)('where %s', (_, world, nobody, expected) => {
    const { kind, headline } = truthOf(ledgerOf(world), nobody, NOW_MS);
    expect([kind, headline.tone]).toEqual([expected.kind, expected.tone]);
    expect(headline.text).toMatch(expected.text);
    expect(headline.detail).toMatch(expected.detail);
  });

  it('takes a clock that is behind the server’s as now, not as the future', () => {
    const ledger = ledgerOf({ minutes: [sent(0, 60)], sourcesAgoMs: [-5_000], lastRecordAgoMs: -5_000 });
    expect(truthOf(ledger, null, NOW_MS).headline.detail).toMatch(/^The last record came < 1 s ago/);
  });
});
