import { hash53 } from '../shared/hash.ts';
import { labelOf, type SetKey, shortName } from './names.ts';
import { isOwnName } from './own-attributes.ts';
import { utcDay } from './quota.ts';
import type { SeenNames } from './seen.ts';
import type { UnknownNames, Verdict } from './types.ts';

/** Names and hashes that an isolate remembers over all projects, at 200 bytes each at most; past it, it forgets them all and asks again. */
const MAX_ENTRIES = 100_000;
/** A set that is full may have been given more room since. */
const ASK_AGAIN_MS = 10_000;

interface KnownSet {
  /** Admitted today. */
  readonly members: Set<string>;
  /** Hashes of all that are admitted, once the set is full: what is not among them is refused without asking. */
  all: { hashes: ReadonlySet<number>; askAgainAtMs: number } | null;
}

interface KnownProject {
  day: number;
  readonly sets: Map<SetKey, KnownSet>;
}

const projects = new Map<string, KnownProject>();
let entries = 0;

/** Names that a batch may not use: what becomes of them, ingest/quarantine.ts says. */
export class Refusals {
  readonly #refused = new Map<SetKey, Set<string>>();
  readonly #seen: SeenNames;
  readonly #known: KnownProject;

  constructor(seen: SeenNames, known: KnownProject) {
    this.#seen = seen;
    this.#known = known;
  }

  get any(): boolean {
    return this.#refused.size > 0 || this.#seen.overflowed.size > 0;
  }

  add(set: SetKey, name: string): void {
    const names = this.#refused.get(set);
    if (names) names.add(name);
    else this.#refused.set(set, new Set([name]));
  }

  has(set: SetKey, text: string): boolean {
    if (isOwnName(set, text)) return false;
    const name = shortName(text);
    if (this.#refused.get(set)?.has(name)) return true;
    // What was not kept of a batch with more names than there may be was not asked for.
    if (!this.#seen.overflowed.has(set)) return false;
    return !this.#seen.has(set, name) && !this.#known.sets.get(set)?.members.has(name);
  }
}

/** The names of a batch held against what its project has used today: what must be asked for, and what is refused. */
export class Held {
  readonly unknown: UnknownNames[] = [];
  readonly refusals: Refusals;
  readonly #known: KnownProject;
  readonly #asked = new Map<SetKey, Map<number, string>>();

  constructor(projectId: string, seen: SeenNames, nowMs: number) {
    this.#known = knownProject(projectId, nowMs);
    this.refusals = new Refusals(seen, this.#known);
    for (const [set, names] of seen.sets()) this.#hold(set, names, nowMs);
  }

  /** What the project's limiter said to `unknown`. */
  settle(verdicts: readonly Verdict[], nowMs: number): void {
    for (const { set, refused, all } of verdicts) {
      const known = knownSet(this.#known, set);
      const isRefused = new Set(refused);
      for (const [hash, name] of this.#asked.get(set) ?? []) {
        if (isRefused.has(hash)) this.refusals.add(set, name);
        else remember(known, name);
      }
      if (all === null) continue;
      entries += all.length - (known.all?.hashes.size ?? 0);
      known.all = { hashes: new Set(all), askAgainAtMs: nowMs + ASK_AGAIN_MS };
    }
    if (entries > MAX_ENTRIES) forgetAll();
  }

  #hold(set: SetKey, names: ReadonlySet<string>, nowMs: number): void {
    const label = labelOf(set);
    // Values of a label that is refused are not used, so they need no room.
    if (label !== null && this.refusals.has('l', label)) return;
    const known = this.#known.sets.get(set);
    const all = known?.all && isFresh(known.all, nowMs) ? known.all.hashes : null;
    const asked = new Map<number, string>();
    for (const name of names) {
      if (known?.members.has(name) || isOwnName(set, name)) continue;
      const hash = hash53(name);
      if (all === null) asked.set(hash, name);
      else if (known && all.has(hash)) remember(known, name);
      else this.refusals.add(set, name);
    }
    if (asked.size === 0) return;
    this.#asked.set(set, asked);
    this.unknown.push({ set, members: [...asked.keys()] });
  }
}

/** Longer than it was given is what a clock that was set back makes of it. */
function isFresh({ askAgainAtMs }: { askAgainAtMs: number }, nowMs: number): boolean {
  return nowMs < askAgainAtMs && nowMs >= askAgainAtMs - ASK_AGAIN_MS;
}

function remember(known: KnownSet, name: string): void {
  known.members.add(name);
  entries++;
}

function knownProject(projectId: string, nowMs: number): KnownProject {
  const day = utcDay(nowMs);
  const known = projects.get(projectId);
  if (known && known.day === day) return known;
  const fresh: KnownProject = { day, sets: new Map() };
  projects.set(projectId, fresh);
  return fresh;
}

function knownSet(project: KnownProject, set: SetKey): KnownSet {
  const known = project.sets.get(set);
  if (known) return known;
  const fresh: KnownSet = { members: new Set(), all: null };
  project.sets.set(set, fresh);
  return fresh;
}

function forgetAll(): void {
  projects.clear();
  entries = 0;
}
