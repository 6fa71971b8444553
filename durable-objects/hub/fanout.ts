import { carries, carriesRecords } from '../../src/live/topics.ts';
import { cutLines, joinLines, type Lines, type Selected, selectLines, updateFrame } from '../../src/live/update.ts';
import type { Stream } from '../../src/wire/record.ts';
import type { Outlet } from './outlet.ts';
import type { HubSocket, Subscription } from './sockets.ts';

/** After this many records without a match a filtered topic gets an empty frame, so that its cursor does not fall behind. */
const CURSOR_EVERY_RECORDS = 10_000;

/** What is sent in one turn of the event loop is bounded for one client (feed.ts) and, at so many times that, for all together. */
const CLIENTS_A_TURN = 16;

/** Everyone who gets the same frames. */
interface Group {
  readonly first: Pick<Subscription, 'name' | 'topic' | 'filterText' | 'filter'>;
  readonly members: Set<Subscription>;
  unmatched: number;
}

/** Who gets what: the work per record is done once for each distinct topic and filter, whatever the number of sockets. */
export class Fanout {
  readonly #groups = new Map<string, Group>();
  readonly #outlet: Outlet;
  /** Subscriptions that need the journal, and those that are about to. */
  #listening = 0;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  get isListening(): boolean {
    return this.#listening > 0;
  }

  /**
   * Counts a listener that is under way. Without it a publication that arrives between the attaching of the journals and join() finds nobody,
   * the journal falls silent, and the new subscription waits for ever. Call what it returns once join() is done or given up.
   */
  expect(): () => void {
    this.#listening++;
    return () => {
      this.#listening--;
    };
  }

  join(subscription: Subscription): void {
    const key = groupKey(subscription);
    const group = this.#groups.get(key);
    if (group) group.members.add(subscription);
    else this.#groups.set(key, { first: subscription, members: new Set([subscription]), unmatched: 0 });
    subscription.socket.subscriptions.set(subscription.name, subscription);
    if (carriesRecords(subscription.topic)) this.#listening++;
  }

  leave(subscription: Subscription): void {
    const key = groupKey(subscription);
    const group = this.#groups.get(key);
    if (!group?.members.delete(subscription)) return;
    if (group.members.size === 0) this.#groups.delete(key);
    const { socket, name } = subscription;
    if (socket.subscriptions.get(name) === subscription) socket.subscriptions.delete(name);
    if (carriesRecords(subscription.topic)) this.#listening--;
    subscription.dropped = 0;
  }

  leaveAll(socket: HubSocket): void {
    for (const subscription of [...socket.subscriptions.values()]) this.leave(subscription);
  }

  /** Whether anybody wants records of this stream. */
  wants(stream: Stream): boolean {
    for (const { first } of this.#groups.values()) if (carries(first.topic, stream)) return true;
    return false;
  }

  /** Some records of one stream to everyone who is live. `cursor` is the place behind them. Returns the units that one client gets at most, or their share of what all get where that is more. */
  deliver(stream: Stream, lines: Lines, cursor: string): number {
    const selections = new Map<string, Selected>();
    let chars = 0;
    let charsOfAll = 0;
    for (const group of this.#groups.values()) {
      const { name, topic, filterText, filter } = group.first;
      if (!carries(topic, stream)) continue;
      let selected = selections.get(filterText);
      if (!selected) {
        selected = filter ? selectLines(lines, filter) : joinLines(lines);
        selections.set(filterText, selected);
      }
      group.unmatched = selected.records > 0 ? 0 : group.unmatched + lines.count;
      if (selected.records === 0 && group.unmatched < CURSOR_EVERY_RECORDS) continue;
      group.unmatched = 0;
      const frame = updateFrame(name, selected.joined, cursor);
      chars += frame.length;
      charsOfAll += frame.length * group.members.size;
      for (const member of group.members) if (!member.replay) this.#outlet.update(member, frame, selected.records);
    }
    return Math.max(chars, charsOfAll / CLIENTS_A_TURN);
  }

  /** Records that nobody gets: they are gone, or too many to be read again. */
  drop(stream: Stream, records: number): void {
    for (const { first, members } of this.#groups.values()) {
      if (!carries(first.topic, stream)) continue;
      for (const member of members) if (!member.replay) this.#outlet.miss(member, records);
    }
  }

  /** Notices that are no stored records, to one topic. */
  notify(name: string, lines: Lines, cursor: string): void {
    for (const part of cutLines(lines)) this.#notify(name, part, cursor);
  }

  #notify(name: string, lines: Lines, cursor: string): void {
    const { joined, records } = joinLines(lines);
    for (const { first, members } of this.#groups.values()) {
      if (first.name !== name) continue;
      for (const member of members) {
        // The topics of its SUBSCRIBE are still catching up: the present would be a place that they have not reached.
        const reached = member.replay ? member.replay.encode() : cursor;
        this.#outlet.update(member, updateFrame(name, joined, reached), records);
      }
    }
  }
}

function groupKey({ name, filterText }: Pick<Subscription, 'name' | 'filterText'>): string {
  return `${name} ${filterText}`;
}
