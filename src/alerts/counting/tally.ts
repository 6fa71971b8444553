import { lineTs } from '../../blocks/index.ts';
import { type Publication, partText } from '../../journal/index.ts';
import type { RecordCounter } from '../evaluate/index.ts';
import { OTHER_GROUPS } from '../state/index.ts';
import { bucketMs, MAX_AHEAD_MS } from './buckets.ts';

/**
 * After so many looks at a line the event loop gets a turn: some ten milliseconds, also with 200 rules. A look at a long line takes longer, a record may
 * have 256 Ki characters: each of these many is one more.
 */
const LOOKS_PER_TURN = 10_000;
const CHARS_PER_LOOK = 1_024;
/**
 * Told apart of one publication, ten times what a rule has places for; the rest is OTHER_GROUPS. A list of identifiers in a record would fill the memory
 * else: 4 MB of short ones are some hundred thousand groups, of each rule that groups by them.
 */
const MAX_TALLIED_GROUPS = 1_000;

/** What one rule counts. */
export interface RuleCounter extends RecordCounter {
  ruleId: string;
  windowSeconds: number;
}

/** Some parts of a publication that follow each other, without the first `skip` records, which are counted already. */
export interface Fresh {
  part: Publication['parts'][number];
  skip: number;
}

/** Records by rule, group and bucket. */
export type Tally = Map<RuleCounter, Map<string, Map<number, number>>>;

/** Counts what is new, by the records' own times. Those out of the window of a rule do not count for it. */
export async function tally(
  fresh: readonly Fresh[],
  counters: readonly RuleCounter[],
  { nowMs, turn }: { nowMs: number; turn(): Promise<unknown> },
): Promise<Tally> {
  const counted: Tally = new Map();
  let looks = 0;
  for (const { part, skip } of fresh) {
    const { stream, summary } = part;
    const interested = counters.filter(
      (counter) =>
        counter.stream === stream &&
        summary.maxTs >= nowMs - counter.windowSeconds * 1_000 &&
        summary.minTs <= nowMs + MAX_AHEAD_MS &&
        counter.verdict({ stream, minTs: summary.minTs, maxTs: summary.maxTs, summary }) !== 'none',
    );
    if (interested.length === 0) continue;
    for (const line of linesOf(partText(part), skip)) {
      const ts = lineTs(line, 0);
      for (const counter of interested) if (isInWindow(ts, counter, nowMs)) count(counted, counter, line, ts);
      looks += interested.length * (1 + Math.floor(line.length / CHARS_PER_LOOK));
      if (looks >= LOOKS_PER_TURN) {
        looks = 0;
        await turn();
      }
    }
  }
  return counted;
}

function isInWindow(ts: number, { windowSeconds }: RuleCounter, nowMs: number): boolean {
  return ts >= nowMs - windowSeconds * 1_000 && ts <= nowMs + MAX_AHEAD_MS;
}

function count(counted: Tally, counter: RuleCounter, line: string, ts: number): void {
  for (const found of counter.groupsOf(line)) {
    const groups = counted.get(counter) ?? new Map<string, Map<number, number>>();
    const group = groups.size < MAX_TALLIED_GROUPS || groups.has(found) ? found : OTHER_GROUPS;
    const buckets = groups.get(group) ?? new Map<number, number>();
    const bucket = Math.floor(ts / bucketMs(counter.windowSeconds));
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    groups.set(group, buckets);
    counted.set(counter, groups);
  }
}

function* linesOf(ndjson: string, skip: number): Generator<string> {
  let index = 0;
  for (let start = 0; start < ndjson.length; ) {
    const end = ndjson.indexOf('\n', start);
    if (index++ >= skip) yield ndjson.slice(start, end);
    start = end + 1;
  }
}
