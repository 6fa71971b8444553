import type { Env } from '../../src/env.ts';
import type { ListenerName, PlacedPart, StreamHead, Wanted } from '../../src/journal/index.ts';
import type { Stream } from '../../src/wire/record.ts';
import { Publisher } from './publisher.ts';
import type { JournalStore } from './store.ts';

/** Where a listener's wish is kept. The hub's is older than the lists of streams, and was always for all of them. */
const META = { hub: 'attached', alerts: 'alerts_attached' } as const;
const ALL = '1';

interface Place {
  projectId(): string;
  shard(): number;
  heads(): readonly StreamHead[];
}

/** Who is told of what this journal takes: each has its own queue and its own losses, so that one that is away holds up no other. */
export class Listeners {
  readonly #publishers: Readonly<Record<ListenerName, Publisher>>;

  constructor(env: Env, store: Pick<JournalStore, 'meta' | 'setMeta'>, place: Place) {
    const publisher = (name: ListenerName) => {
      const listeners = { hub: env.HUB, alerts: env.ALERTS };
      return new Publisher(decoded(store.meta(META[name])), {
        send: (call) => listeners[name].getByName(place.projectId()).publish({ ...call, shard: place.shard() }),
        remember: (wanted) => store.setMeta(META[name], encoded(wanted)),
        heads: place.heads,
        who: () => ({ projectId: place.projectId(), listener: name }),
      });
    };
    this.#publishers = { hub: publisher('hub'), alerts: publisher('alerts') };
  }

  attach(name: ListenerName, wanted: Wanted): void {
    this.#publishers[name].attach(wanted);
  }

  push(parts: readonly PlacedPart[]): void {
    this.#publishers.hub.push(parts);
    this.#publishers.alerts.push(parts);
  }

  /** After a start: what was queued for them may be lost. */
  recover(): void {
    this.#publishers.hub.recover();
    this.#publishers.alerts.recover();
  }
}

function encoded(wanted: Wanted | null): string | null {
  return wanted === 'all' ? ALL : (wanted?.join(',') ?? null);
}

function decoded(text: string | null): Wanted | null {
  return text === ALL ? 'all' : text === null ? null : (text.split(',') as Stream[]);
}
