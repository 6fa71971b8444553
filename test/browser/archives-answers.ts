/** Answers of the archive routes, made up: for what no project has in a test, such as ten years of archives. Their types are the Worker's. */
import type { Page, Route } from 'playwright-core';
import type {
  Archive,
  ArchiveCheck,
  ArchiveDetail,
  ArchiveManifest,
  ArchiveSettings,
  ArchiveStatus,
  LegalHold,
  ManifestCheck,
  WarehouseFile,
} from '../../src/wire/archive.ts';
import { STREAMS } from '../../src/wire/record.ts';

export interface MadeUpArchives {
  /** Of archives; each day has one of each of the seven streams. */
  count: number;
  status: ArchiveStatus;
  holds: LegalHold[];
  files: number;
  /** What a check finds. */
  problems: string[];
  /** Blocks that still have to be moved, or restored: 10 in each call. */
  left: number;
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
  /** In place of the next answer to a change: a refusal. */
  refusal: { status: number; body: object } | null;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
export const LONG = 'order-of-the-court-in-the-matter-of-the-payments-'.repeat(8);
export const RTL = 'أمر المحكمة في قضية الدفعات';
const SHA = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

const SETTINGS: ArchiveSettings = {
  ...{ hotDays: 30, retentionDays: 2_557, infrequentAfterDays: 90, warehouse: true },
  retentionDaysByStream: { vitals: 400 },
};

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export function madeUpArchive(i: number, nowMs: number): Archive {
  const dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS - (31 + Math.floor(i / STREAMS.length)) * DAY_MS;
  const day = dayOf(dayMs);
  const stream = STREAMS[i % STREAMS.length] ?? 'logs';
  const number = (i % STREAMS.length) + 1;
  return {
    ...{ id: `arc_${i}`, projectId: 'prj', day, number, stream },
    key: `archive/prj/${day.replaceAll('-', '/')}/batch-${String(number).padStart(4, '0')}.ndjson.gz`,
    state: i === 1 ? 'writing' : i === 5 ? 'leaving' : 'current',
    ...{ blocks: 12, records: 58_213 + i, rawBytes: 14_204_000 + i * 97, packedBytes: 1_322_000 + i * 11 },
    ...{ minTs: dayMs + 12_345, maxTs: dayMs + DAY_MS - 4_321, sha256: SHA },
    storageClass: i > 420 ? 'InfrequentAccess' : 'Standard',
    createdAtMs: dayMs + 31 * DAY_MS,
    verified:
      i % 5 === 2
        ? { atMs: nowMs - HOUR_MS, ok: i !== 2, problem: i === 2 ? `Block 7 hashes to another value. ${LONG}` : null }
        : null,
    hotUntilMs: i < 7 ? nowMs + 9 * HOUR_MS : null,
    expiresAtMs: i % 11 === 3 ? null : dayMs + 2_557 * DAY_MS,
    ...{ holdId: i % 11 === 3 ? 'hld_0' : null, failedReads: i === 2 ? 3 : 0 },
  };
}

function manifestOf(archive: Archive): ArchiveManifest {
  const { day, projectId, key, stream, blocks, records, rawBytes, packedBytes, minTs, maxTs, sha256 } = archive;
  const batch = { key, stream, blocks, records, rawBytes, packedBytes, minTs, maxTs, sha256 };
  return {
    ...{ format: 'breakwater-archive/1', projectId, day, sequence: 412, previous: SHA, writtenAtMs: maxTs },
    ...{ batches: [batch], records, rawBytes, packedBytes, ratio: packedBytes / rawBytes, minTs, maxTs },
    ...{ reason: 'archived', kid: 'k_2026_11', signature: 'c2lnbmF0dXJl'.repeat(7) },
  };
}

function madeUpHold(i: number, nowMs: number): LegalHold {
  return {
    ...{ id: `hld_${i}`, projectId: 'prj', stream: i === 0 ? null : 'logs' },
    ...{ fromMs: nowMs - 400 * DAY_MS, toMs: i === 0 ? null : nowMs - 300 * DAY_MS },
    reason: ['Case 2026/114', LONG, RTL][i % 3] ?? '',
    ...{ createdAtMs: nowMs - 20 * DAY_MS, createdBy: 'usr_1', createdByName: 'ada' },
    releasedAtMs: i === 2 ? nowMs - DAY_MS : null,
  };
}

function madeUpFile(i: number, nowMs: number): WarehouseFile {
  const { day, stream, records, createdAtMs } = madeUpArchive(i, nowMs);
  return {
    ...{ day, stream, records, bytes: 812_000 + i, writtenAtMs: createdAtMs },
    key: `warehouse/prj/${stream}/${day}.parquet`,
  };
}

/** `count` archives, with as many blocks due as 10 calls move. */
export function madeUpArchives(count: number, nowMs = Date.now()): MadeUpArchives {
  const [newest, oldest] = [madeUpArchive(0, nowMs), madeUpArchive(count - 1, nowMs)];
  const some = count > 0;
  return {
    count,
    status: {
      ...{ archives: count, records: count * 58_213, rawBytes: count * 14_204_000, packedBytes: count * 1_322_000 },
      ...{ oldestDay: some ? oldest.day : null, newestDay: some ? newest.day : null },
      hot: some
        ? { blocks: 2_520, records: 12_345_678, rawBytes: 3_010_000_000, packedBytes: 281_000_000, oldestTs: nowMs }
        : { blocks: 0, records: 0, rawBytes: 0, packedBytes: 0, oldestTs: null },
      ...{ lagMs: 0, due: 0, hotDaysInForce: 30, manifestSequence: some ? 412 : 0, settings: SETTINGS },
    },
    holds: some ? [0, 1, 2].map((i) => madeUpHold(i, nowMs)) : [],
    ...{ files: count, problems: [], left: 30, sent: [], refusal: null },
  };
}

/** The move has fallen behind. */
export function behind(made: MadeUpArchives, lagMs: number): MadeUpArchives {
  return { ...made, status: { ...made.status, lagMs, due: 30, hotDaysInForce: 12 } };
}

/** Answers every archive route of the page from here on. */
export async function answerArchives(page: Page, made: MadeUpArchives): Promise<void> {
  const nowMs = Date.now();
  await page.route(/\/api\/archives\b/, async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace('/api/', '');
    const method = request.method();
    const body: unknown = request.postDataJSON();
    if (method !== 'GET') made.sent.push({ method, path, body });
    const json = (answer: object, status = 200) => route.fulfill({ status, json: answer });
    if (method !== 'GET' && made.refusal) {
      const { status, body: refused } = made.refusal;
      made.refusal = null;
      return json({ status, title: 'Refused', detail: 'It was refused.', ...refused }, status);
    }
    const paged = <T>(count: number, at: (i: number) => T, fits: (item: T) => boolean) => {
      const limit = Number(url.searchParams.get('limit'));
      const items: T[] = [];
      let i = Number(url.searchParams.get('cursor') ?? 0);
      for (; i < count && items.length < limit; i++) if (fits(at(i))) items.push(at(i));
      return json({ items, nextCursor: i < count ? String(i) : null });
    };
    const stream = url.searchParams.get('stream');
    const from = Number(url.searchParams.get('from') ?? Number.NEGATIVE_INFINITY);
    const to = Number(url.searchParams.get('to') ?? Number.POSITIVE_INFINITY);
    const step = () => {
      const blocks = Math.min(10, made.left);
      made.left -= blocks;
      return { blocks, records: blocks * 5_000, rawBytes: blocks * 1_200_000, done: made.left === 0 };
    };
    const check = (): ArchiveCheck => ({
      ...{ ok: made.problems.length === 0, checkedAtMs: nowMs, records: 58_213, rawBytes: 14_204_000 },
      problems: made.problems,
    });
    const [, second = '', third = '', fourth = ''] = path.split('/');
    switch (second) {
      case '':
        return paged(
          made.count,
          (i) => madeUpArchive(i, nowMs),
          (one) => (stream === null || one.stream === stream) && one.maxTs >= from && one.minTs < to,
        );
      case 'status':
        return json(made.status);
      case 'run': {
        const { blocks, ...done } = step();
        made.status = { ...made.status, due: made.left, lagMs: done.done ? 0 : made.status.lagMs };
        return json({ ...done, blocks, packedBytes: blocks * 110_000, objects: 1 });
      }
      case 'restore':
        return json({ ...step(), hotUntilMs: nowMs + 7 * DAY_MS });
      case 'verify': {
        const after = Number(url.searchParams.get('after'));
        const toSequence = Math.min(made.status.manifestSequence, after + 100);
        const isLast = toSequence === made.status.manifestSequence;
        const found: ManifestCheck = {
          ...{ ...check(), problems: isLast ? made.problems : [], ok: made.problems.length === 0 || !isLast },
          ...{ fromSequence: after + 1, toSequence, nextSequence: isLast ? null : toSequence + 1 },
        };
        return json(found);
      }
      case 'settings':
        made.status = { ...made.status, settings: body as ArchiveSettings };
        return json(made.status.settings);
      case 'warehouse':
        return paged(
          made.files,
          (i) => madeUpFile(i, nowMs),
          ({ day }) => Date.parse(day) >= from - DAY_MS && Date.parse(day) < to,
        );
      case 'holds': {
        if (method === 'GET') return json({ items: made.holds, nextCursor: null });
        const hold =
          fourth === 'release'
            ? { ...(made.holds.find(({ id }) => id === third) as LegalHold), releasedAtMs: nowMs }
            : { ...madeUpHold(0, nowMs), ...(body as object), id: `hld_new_${made.holds.length}` };
        made.holds = [hold, ...made.holds.filter(({ id }) => id !== hold.id)];
        return json(hold, fourth === 'release' ? 200 : 201);
      }
      default: {
        const i = Number(second.replace('arc_', ''));
        if (third === 'verify') return json(check());
        if (!(i < made.count))
          return json({ status: 404, code: 'not_found', title: 'Not found', detail: 'There is none.' }, 404);
        const archive = madeUpArchive(i, nowMs);
        const detail: ArchiveDetail = {
          ...archive,
          manifest: archive.state === 'writing' ? null : manifestOf(archive),
        };
        return json(detail);
      }
    }
  });
}
