import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { groupMembers } from '../lib/process-group.ts';

export interface MemorySample {
  atMs: number;
  residentBytes: number;
}

const EVERY_MS = 1_000;
/** Caches of the database and the heap of the isolate fill for about a minute: what they take is no growth. */
const LEAST_WARM_UP_MS = 90_000;
/** Of what is left at least. */
const JUDGED_MS = 60_000;
/** What a garbage collector leaves lying about: more than that between two parts of a run is growth. */
const TOLERATED_SHARE = 0.1;

/** Watches what a group of processes of this machine has in memory. */
export class MemoryWatch {
  readonly samples: MemorySample[] = [];
  readonly #group: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(group: number) {
    this.#group = group;
  }

  start(): void {
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const residentBytes = groupMembers(this.#group).reduce((sum, pid) => sum + residentBytesOf(pid), 0);
    if (residentBytes > 0) this.samples.push({ atMs: performance.now(), residentBytes });
  }
}

/** 0 for a process that has ended. */
function residentBytesOf(pid: number): number {
  try {
    if (process.platform !== 'linux')
      return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()) * 1024;
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it ended between the listing and the reading
  }
}

export interface MemoryVerdict {
  /** Medians of the first and the last third of the run behind its warm-up; of a run that is too short, its first and last sample. */
  earlyBytes: number;
  lateBytes: number;
  peakBytes: number;
  /** A shorter run, its warm-up with it, is not judged. */
  judgedFromMs: number;
  verdict: 'flat' | 'grows' | 'not judged';
}

export function judgedFromMs(warmUpMs: number): number {
  return Math.max(warmUpMs, LEAST_WARM_UP_MS) + JUDGED_MS;
}

/** Null where nothing was seen. `warmUpMs`: what lies before it is not looked at. */
export function judgeMemory(samples: readonly MemorySample[], warmUpMs: number): MemoryVerdict | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return null;
  const peakBytes = Math.max(...samples.map(({ residentBytes }) => residentBytes));
  const warm = samples.filter(({ atMs }) => atMs >= first.atMs + Math.max(warmUpMs, LEAST_WARM_UP_MS));
  const common = { peakBytes, judgedFromMs: judgedFromMs(warmUpMs) };
  if (last.atMs - first.atMs < common.judgedFromMs)
    return { earlyBytes: first.residentBytes, lateBytes: last.residentBytes, ...common, verdict: 'not judged' };
  const third = Math.floor(warm.length / 3);
  const [earlyBytes, lateBytes] = [medianBytes(warm.slice(0, third)), medianBytes(warm.slice(-third))];
  const isFlat = lateBytes <= earlyBytes * (1 + TOLERATED_SHARE);
  return { earlyBytes, lateBytes, ...common, verdict: isFlat ? 'flat' : 'grows' };
}

function medianBytes(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ residentBytes }) => residentBytes).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
