import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { groupMembers } from '../lib/process-group.ts';

export interface MemorySample {
  atMs: number;
  residentBytes: number;
}

const EVERY_MS = 1_000;
/** The first fifth of a run fills caches. */
const PARTS = 5;
/** What a garbage collector leaves lying about, and caches that are still filling: more than that between two parts of a run is growth. */
const TOLERATED_SHARE = 0.1;
const TOLERATED_BYTES = 32 * 1024 * 1024;

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
  /** Median of the second fifth of the run, when caches are full, and of the last one. */
  earlyBytes: number;
  lateBytes: number;
  peakBytes: number;
  flat: boolean;
}

/** Null of a run that is too short to tell. */
export function judgeMemory(samples: readonly MemorySample[]): MemoryVerdict | null {
  if (samples.length < PARTS * 2) return null;
  const part = (number: number) => {
    const size = Math.floor(samples.length / PARTS);
    return medianBytes(samples.slice(size * number, number === PARTS - 1 ? samples.length : size * (number + 1)));
  };
  const [earlyBytes, lateBytes] = [part(1), part(PARTS - 1)];
  return {
    ...{ earlyBytes, lateBytes, peakBytes: Math.max(...samples.map(({ residentBytes }) => residentBytes)) },
    flat: lateBytes <= earlyBytes * (1 + TOLERATED_SHARE) + TOLERATED_BYTES,
  };
}

function medianBytes(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ residentBytes }) => residentBytes).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
