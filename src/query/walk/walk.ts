import { type BlockHead, inflatePacked, type Packed, type Summary, type TokenGroups } from '../../blocks/index.ts';
import type { CompiledQuery } from '../compile.ts';
import type { Verdict } from '../match/plan.ts';
import { filterAllows, groupsOf } from '../match/token-need.ts';
import { RawText } from '../scan/raw-text.ts';
import { BlockList, type Claimed, type ListRange } from './block-list.ts';
import type { BlockSource } from './block-source.ts';
import { earlier, headTs, isBefore } from './order.ts';
import type { Coverage, SeqRun } from './seq-set.ts';

/** A block that may hold matches. */
interface Candidate {
  head: BlockHead;
  verdict: Exclude<Verdict, 'none'>;
  summary: Summary | null;
}

export interface Countable extends Candidate {
  summary: Summary;
}

export type Step =
  /** Many blocks were passed and none of them can match: a chance to report, or to stop. */
  | { kind: 'passed' }
  /** canCount() was enough. */
  | ({ kind: 'counted' } & Countable)
  /** `lines`: the records to look at, as lines of the text; null is all. */
  | ({ kind: 'text'; text: RawText; lines: readonly SeqRun[] | null } & Candidate);

export interface WalkOptions extends ListRange {
  query: CompiledQuery;
  /** Reads summaries also where the query itself does not profit from them. */
  needSummaries: boolean;
  /** Whether the caller can do without the records of this block; asked where all of them match or the level decides. */
  canCount(block: Countable): boolean;
}

/** Blocks looked at in one go: few at first, because many searches end soon. */
const FIRST_LOOK_AHEAD = 16;
/** How much more the next time. */
const LOOK_AHEAD_GROWTH = 4;
interface LookAhead {
  blocks: number;
  /** Raw, of the blocks. */
  bytes: number;
}
/** Where summaries or filters come here: the filter of a block where no word comes twice is a fifth of it, as D1 hands it over. */
const MAX_LOOK_AHEAD: LookAhead = { blocks: 128, bytes: 128 * 1024 * 1024 };
/** Where the database looks into the filters: 30 MB of them in common logs, about 50 ms. */
const MAX_PROBE_AHEAD: LookAhead = { blocks: 1_024, bytes: 4 * 1024 * 1024 * 1024 };
/** Blocks looked at before next() comes back with what there is, be it nothing. */
const MAX_LOOKS_PER_READ = 512;
/**
 * Raw bytes of one read of payloads. Packed they are about a fifth; where they do not pack, two reads (one at hand, one ahead) as base64, each
 * as the answer and as its parsed form, still leave room in the 128 MB of a Worker.
 */
const FIRST_READ_BYTES = 4 * 1024 * 1024;
const MAX_READ_BYTES = 8 * 1024 * 1024;
/** The page of the list, and the epoch beside it. */
const STATEMENTS_PER_LIST = 2;

interface Judged extends Candidate {
  claimed: Claimed;
  counts: boolean;
}

interface Loaded extends Judged {
  /** Null where the block only counts, and where it is gone. */
  packed: Packed | null;
}

/** Goes through the blocks of a range in order, reading the next ones while the caller works on the ones at hand. */
export class BlockWalk {
  readonly #source: BlockSource;
  readonly #options: WalkOptions;
  readonly #list: BlockList;
  /** What the database can be asked for of what the query needs; null where it needs nothing, or too much. */
  readonly #groups: TokenGroups | null;
  #lookAhead = FIRST_LOOK_AHEAD;
  #readBytes = FIRST_READ_BYTES;
  #judged: Judged[] = [];
  #ahead: { bound: number; loaded: Promise<Loaded[]> } | null = null;
  #ready: Loaded[] = [];
  #reached: number | null = null;
  /** Raw bytes inflated so far. */
  bytes = 0;
  /** Blocks inflated so far. */
  blocksRead = 0;
  /** Those of them that an archive had. */
  blocksArchived = 0;
  /** Blocks passed so far, read or not. */
  blocksDone = 0;
  /** Statements sent to the database and reads of archives so far, or a few more: what the isolate knows already is counted too. */
  calls = 0;

  constructor(source: BlockSource, options: WalkOptions, coverage: Coverage) {
    this.#source = source;
    this.#options = options;
    this.#groups = options.query.need && groupsOf(options.query.need);
    const listHeads: BlockSource['listHeads'] = (request) => {
      this.calls += STATEMENTS_PER_LIST;
      return source.listHeads(request);
    };
    this.#list = new BlockList(listHeads, options, coverage);
  }

  /** Blocks known to follow; more may be on pages of the list that were not read yet. */
  get blocksLeft(): number {
    return this.#list.left + this.#judged.length + this.#ready.length;
  }

  /** What was read so far; `tailBytes` is what the caller has read beside it. */
  scanned(tailBytes: number): { blocks: number; archived: number; bytes: number } {
    return { blocks: this.blocksRead, archived: this.blocksArchived, bytes: this.bytes + tailBytes };
  }

  /** The time that no record of the steps to come is before, in the order of the walk; null when all are done. */
  async bound(): Promise<number | null> {
    if (!this.#ahead) await this.#list.prime();
    const bound = this.#first(this.#firstOf(this.#ready), this.#ahead?.bound ?? null, this.#unreadBound());
    if (bound === null) return null;
    // A compacted block begins where its first source did, which may be done; what is over stays over.
    if (this.#reached === null || isBefore(this.#options.order, this.#reached, bound)) this.#reached = bound;
    return this.#reached;
  }

  #unreadBound(): number | null {
    const { bound } = this.#list;
    // Started over: its blocks are known again when the page is there; what is over stays over.
    return this.#first(this.#firstOf(this.#judged), bound === 'unread' ? this.#reached : bound);
  }

  #firstOf(blocks: readonly Judged[]): number | null {
    return blocks[0] ? this.#headTs(blocks[0].head) : null;
  }

  #headTs(head: BlockHead): number {
    return headTs(this.#options.order, head);
  }

  #first(...times: (number | null)[]): number | null {
    return times.reduce((a, b) => (a === null ? b : b === null ? a : earlier(this.#options.order, a, b)), null);
  }

  /** The next block that may hold matches, or word that some were passed; null at the end. */
  async next(): Promise<Step | null> {
    for (;;) {
      const loaded = this.#ready.shift();
      if (loaded) {
        const step = this.#open(loaded);
        if (step) return step;
        continue;
      }
      const { loaded: ready } = this.#ahead ?? { loaded: this.#load() };
      this.#ready = await ready;
      this.#ahead = null;
      if (this.#ready.length === 0) return (await this.bound()) === null ? null : { kind: 'passed' };
    }
  }

  /** Starts to read what next() will want after the blocks at hand: for a caller that will go on. */
  async readAhead(): Promise<void> {
    if (this.#ahead) return;
    await this.#list.prime();
    const bound = this.#unreadBound();
    if (bound === null) return;
    const loaded = this.#load();
    // A failure is reported by next(), which awaits the same promise.
    loaded.catch(() => undefined);
    this.#ahead = { bound, loaded };
  }

  #open({ head, verdict, summary, claimed, counts, packed }: Loaded): Step | null {
    if (counts && summary) {
      this.blocksDone++;
      return { kind: 'counted', head, verdict, summary };
    }
    if (packed === null) {
      this.#list.giveBack(claimed);
      // What reads ahead may meet its records in the block that took its place.
      if (this.#ahead) this.#ahead.bound = earlier(this.#options.order, this.#ahead.bound, this.#headTs(head));
      return null;
    }
    this.blocksDone++;
    this.blocksRead++;
    this.bytes += head.rawBytes;
    if (typeof packed.data !== 'string') this.blocksArchived++;
    const lines = claimed.isWhole
      ? null
      : claimed.runs.map(([first, last]): SeqRun => [first - head.firstSeq, last - head.firstSeq]);
    return { kind: 'text', head, verdict, summary, lines, text: new RawText(inflatePacked(packed)) };
  }

  /** Takes blocks until enough of them must be read, and reads those in one go. */
  async #load(): Promise<Loaded[]> {
    const batch: Loaded[] = [];
    let rawBytes = 0;
    let looked = 0;
    while (rawBytes < this.#readBytes && looked < MAX_LOOKS_PER_READ) {
      const judged = this.#judged.shift();
      if (judged) {
        batch.push({ ...judged, packed: null });
        if (!judged.counts) rawBytes += judged.head.rawBytes;
        continue;
      }
      const claimed = await this.#takeSome();
      if (claimed.length === 0) break;
      looked += claimed.length;
      this.#judged = await this.#judge(claimed);
    }
    const unread = batch.filter(({ counts }) => !counts);
    if (unread.length > 0) {
      const payloads = await this.#source.payloads(
        unread.map(({ head }) => head),
        this,
      );
      for (const loaded of unread) loaded.packed = payloads.get(loaded.head.id) ?? null;
    }
    this.#readBytes = Math.min(this.#readBytes * 2, MAX_READ_BYTES);
    return batch;
  }

  /** One block where every one must be read, many where summaries or filters will drop most of them. */
  async #takeSome(): Promise<Claimed[]> {
    const { query, needSummaries } = this.#options;
    const wantsSummaries = query.wantsSummary || needSummaries;
    const most = this.#groups && !wantsSummaries ? MAX_PROBE_AHEAD : MAX_LOOK_AHEAD;
    const looksAhead = query.need !== null || wantsSummaries;
    const count = looksAhead ? Math.min(this.#lookAhead, most.blocks) : 1;
    if (looksAhead) this.#lookAhead *= LOOK_AHEAD_GROWTH;
    const taken: Claimed[] = [];
    for (let rawBytes = 0; taken.length < count && rawBytes < most.bytes; ) {
      const claimed = await this.#list.take();
      if (!claimed) break;
      taken.push(claimed);
      rawBytes += claimed.head.rawBytes;
    }
    return taken;
  }

  /** Drops the blocks that cannot hold a match, by their index row and by their filter. */
  async #judge(claimed: readonly Claimed[]): Promise<Judged[]> {
    const { query, needSummaries, canCount } = this.#options;
    const heads = claimed.map(({ head }) => head);
    const wantsSummaries = query.wantsSummary || needSummaries;
    if (wantsSummaries) this.calls++;
    const summaries = wantsSummaries ? await this.#source.summaries(heads) : null;
    const possible: Judged[] = [];
    for (const block of claimed) {
      const { head, isWhole } = block;
      const summary = summaries?.get(head.id) ?? null;
      const verdict = query.verdict({ stream: head.stream, minTs: head.minTs, maxTs: head.maxTs, summary });
      if (verdict === 'none') continue;
      const decides = verdict === 'all' || query.levels !== null;
      const counts = isWhole && decides && summary !== null && canCount({ head, verdict, summary });
      possible.push({ head, verdict, summary, claimed: block, counts });
    }
    const unread = possible.filter(({ counts }) => !counts).map(({ head }) => head);
    const holds = await this.#holding(unread);
    const kept = possible.filter(({ head, counts }) => counts || holds(head));
    this.blocksDone += claimed.length - kept.length;
    return kept;
  }

  /** Whether a block may have the words that the query needs, by its filter. */
  async #holding(heads: readonly BlockHead[]): Promise<(head: BlockHead) => boolean> {
    const { need } = this.#options.query;
    if (need === null || heads.length === 0) return () => true;
    this.calls++;
    if (this.#groups) {
      const ids = await this.#source.holding(heads, this.#groups);
      return ({ id }) => ids.has(id);
    }
    const filters = await this.#source.filters(heads);
    return ({ id }) => {
      const filter = filters.get(id);
      return !filter || filterAllows(need, filter);
    };
  }
}
