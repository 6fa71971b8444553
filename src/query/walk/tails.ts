import { inflatePiece } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { allShards, journalFor, type PlacedPart, type TailPage } from '../../journal/index.ts';
import type { Stream } from '../../wire/record.ts';
import type { CompiledQuery } from '../compile.ts';
import { RawText } from '../scan/raw-text.ts';
import type { Coverage } from './seq-set.ts';
import { storeAnswer } from './store-away.ts';

/** Bytes of one answer of a journal; raw parts are this size, packed ones inflate one by one. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Journals asked at the same time: their pages are in memory together. */
const SHARDS_AT_ONCE = 4;

export interface TailRange {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  stream: Stream | null;
}

/** A part of a tail that may hold matches. */
export interface TailStep {
  shard: number;
  stream: Stream;
  firstSeq: number;
  text: RawText;
  rawBytes: number;
  /** Every record of it matches the query. */
  matchesAll: boolean;
}

/**
 * Hands out the records that are not in blocks yet, shard by shard, and notes in the coverage what it saw. To be finished before the blocks
 * are listed: what is sealed in between is then in both places and counted once, never in neither.
 */
export async function* walkTails(
  ctx: Ctx,
  projectId: string,
  range: TailRange,
  query: CompiledQuery,
  coverage: Coverage,
): AsyncGenerator<TailStep> {
  const shards = allShards(ctx.config);
  for (let at = 0; at < shards.length; at += SHARDS_AT_ONCE) {
    const group = shards.slice(at, at + SHARDS_AT_ONCE);
    const pages = group.map((shard) => readPage(ctx, projectId, shard, range, null));
    // A page that fails while an earlier one is worked on is reported where it is awaited.
    for (const page of pages) page.catch(() => undefined);
    for (const [index, shard] of group.entries()) {
      let page: TailPage | null = (await pages[index]) ?? null;
      for (; page; page = await nextPage(ctx, projectId, shard, range, page)) {
        for (const part of page.parts) {
          coverage.of(shard, part.stream).add(part.firstSeq, part.firstSeq + part.summary.records - 1);
          const step = openPart(shard, part, query);
          if (step) yield step;
        }
      }
    }
  }
}

/** The heads of all journals as text: it changes with every record of the stream that is accepted, null is any. */
export async function readHeads(ctx: Ctx, projectId: string, stream: Stream | null): Promise<string> {
  const nothing = { fromMs: 0, toMs: 0, stream };
  const pages = await Promise.all(allShards(ctx.config).map((shard) => readPage(ctx, projectId, shard, nothing, null)));
  return pages.map(({ heads }, shard) => `${shard}:${headsOf(heads, stream)}`).join(';');
}

function headsOf(heads: TailPage['heads'], only: Stream | null): string[] {
  const wanted = heads.filter(({ stream }) => only === null || stream === only);
  return wanted.map(({ stream, nextSeq }) => `${stream}=${nextSeq}`).sort();
}

function readPage(
  ctx: Ctx,
  projectId: string,
  shard: number,
  range: TailRange,
  after: { stream: Stream; firstSeq: number } | null,
): Promise<TailPage> {
  const { fromMs, toMs, stream } = range;
  const request = { stream, fromMs, toMs, after, maxBytes: PAGE_BYTES };
  return storeAnswer(Promise.resolve(journalFor(ctx.env, projectId, shard).readTail(request)));
}

async function nextPage(
  ctx: Ctx,
  projectId: string,
  shard: number,
  range: TailRange,
  page: TailPage,
): Promise<TailPage | null> {
  const last = page.parts.at(-1);
  return page.more && last
    ? await readPage(ctx, projectId, shard, range, { stream: last.stream, firstSeq: last.firstSeq })
    : null;
}

/** Null where no record of the part can match. */
function openPart(shard: number, part: PlacedPart, query: CompiledQuery): TailStep | null {
  const { stream, firstSeq, summary, rawBytes } = part;
  const verdict = query.verdict({ stream, minTs: summary.minTs, maxTs: summary.maxTs, summary });
  if (verdict === 'none') return null;
  return { shard, stream, firstSeq, rawBytes, text: new RawText(partBytes(part)), matchesAll: verdict === 'all' };
}

export function partBytes(part: PlacedPart): Buffer {
  return part.codec === 'raw'
    ? Buffer.from(part.data.buffer, part.data.byteOffset, part.data.byteLength)
    : inflatePiece({ deflated: part.data, rawBytes: part.rawBytes });
}
