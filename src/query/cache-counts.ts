/** Hits and misses of one kind of question. */
export interface CacheCounts {
  projectId: string;
  operation: string;
  hits: number;
  misses: number;
}

/** Of this isolate, not written down yet. What it has when it ends is lost: hits since its last miss, and no more of them than MAX_PENDING. */
const pending = new Map<string, CacheCounts>();
let uses = 0;
const MAX_PENDING = 100;

/** True where enough has come together to be written down at once. */
export function noteCacheUse(projectId: string, operation: string, hit: boolean): boolean {
  const key = `${projectId} ${operation}`;
  const counts = pending.get(key) ?? { projectId, operation, hits: 0, misses: 0 };
  pending.set(key, counts);
  if (hit) counts.hits++;
  else counts.misses++;
  return ++uses >= MAX_PENDING;
}

/** What is to be written down; whoever takes it and cannot write gives it back. */
export function takeCacheCounts(): CacheCounts[] {
  const taken = [...pending.values()];
  pending.clear();
  uses = 0;
  return taken;
}

export function giveBackCacheCounts(counts: readonly CacheCounts[]): void {
  for (const { projectId, operation, hits, misses } of counts) {
    const key = `${projectId} ${operation}`;
    const known = pending.get(key) ?? { projectId, operation, hits: 0, misses: 0 };
    pending.set(key, { ...known, hits: known.hits + hits, misses: known.misses + misses });
    uses += hits + misses;
  }
}
