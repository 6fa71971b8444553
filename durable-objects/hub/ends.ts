import { currentEnds, type End, hasEnded, nextEndAtMs } from '../../src/live/ends.ts';
import type { LiveIdentity } from '../../src/live/identity.ts';
import type { HubSocket } from './sockets.ts';

const STORAGE_KEY = 'ends';

/** Sessions and keys that have ended or will, and the alarm for the next one. */
export class Ends {
  readonly #storage: DurableObjectStorage;
  /** Alarms run on the real clock, decisions on ours. */
  readonly #clockOffsetMs: number;

  constructor(storage: DurableObjectStorage, clockOffsetMs: number) {
    this.#storage = storage;
    this.#clockOffsetMs = clockOffsetMs;
  }

  /** Remembers that a session or key ends at `end.atMs`; told in the past tense, it ends now. */
  add({ match, atMs }: End, nowMs: number): void {
    // Whatever was checked until this moment may have been checked before the revocation.
    const end: End = { match, atMs: Math.max(atMs, nowMs) };
    this.#storage.kv.put<End[]>(STORAGE_KEY, [...currentEnds(this.#known(), nowMs), end]);
  }

  hasEnded(identity: LiveIdentity, nowMs: number): boolean {
    return hasEnded(identity, this.#known(), nowMs);
  }

  among(sockets: readonly HubSocket[], nowMs: number): HubSocket[] {
    const ends = this.#known();
    return sockets.filter(({ identity }) => hasEnded(identity, ends, nowMs));
  }

  /** Sets the alarm to the next end of these sockets. */
  async arm(sockets: readonly HubSocket[], nowMs: number): Promise<void> {
    const nextMs = nextEndAtMs(
      sockets.map(({ identity }) => identity),
      this.#known(),
      nowMs,
    );
    if (nextMs === null) await this.#storage.deleteAlarm();
    else await this.#storage.setAlarm(nextMs - this.#clockOffsetMs);
  }

  /** One more socket: the alarm can only become earlier. */
  async armFor({ expiresAtMs }: LiveIdentity): Promise<void> {
    if (expiresAtMs === null) return;
    const dueAtMs = expiresAtMs - this.#clockOffsetMs;
    const armedAtMs = await this.#storage.getAlarm();
    if (armedAtMs === null || armedAtMs > dueAtMs) await this.#storage.setAlarm(dueAtMs);
  }

  #known(): End[] {
    return this.#storage.kv.get<End[]>(STORAGE_KEY) ?? [];
  }
}
