import { type Env, parseConfig } from '../../src/env.ts';
import { allShards } from '../../src/journal/index.ts';
import { errorFrame, subscribedFrame, unsubscribedFrame } from '../../src/live/answers.ts';
import type { SavedSubscription } from '../../src/live/attachment.ts';
import type { LiveError } from '../../src/live/errors.ts';
import { compileFilter } from '../../src/live/filter.ts';
import type { Frame } from '../../src/live/frame.ts';
import { Positions } from '../../src/live/positions.ts';
import { carriesRecords, parseTopic } from '../../src/live/topics.ts';
import { log } from '../../src/shared/log.ts';
import { err, ok, type Result } from '../../src/shared/result.ts';
import { MAX_TOPICS_PER_SOCKET } from '../../src/wire/limits.ts';
import type { Fanout } from './fanout.ts';
import type { Feed } from './feed.ts';
import type { Outlet } from './outlet.ts';
import { Replay } from './replay.ts';
import type { HubSocket, Sockets, Subscription } from './sockets.ts';
import { Turnstile } from './turnstile.ts';

type SubscribeFrame = Extract<Frame, { type: 'SUBSCRIBE' }>;
type UnsubscribeFrame = Extract<Frame, { type: 'UNSUBSCRIBE' }>;

/** A page of a resume is up to 4 MiB of text, or twice that, of the 128 MB that this object has. */
const PAGES_AT_ONCE = 4;

export interface SubscriberPort {
  env: Env;
  sockets: Sockets;
  outlet: Outlet;
  fanout: Fanout;
  feed: Feed;
  projectId(): string;
}

/** Changes what a socket listens to. */
export class Subscriber {
  readonly #port: SubscriberPort;
  readonly #shards: readonly number[];
  readonly #pages = new Turnstile(PAGES_AT_ONCE);

  constructor(port: SubscriberPort) {
    this.#port = port;
    this.#shards = allShards(parseConfig(port.env));
  }

  subscribe(socket: HubSocket, frame: SubscribeFrame): Promise<void> {
    return inTurn(socket, async () => {
      const arrived = this.#port.fanout.expect();
      try {
        const refusal = await this.#subscribe(socket, frame);
        if (refusal) socket.send(errorFrame(frame.idJson, refusal));
      } finally {
        arrived();
      }
    });
  }

  unsubscribe(socket: HubSocket, { idJson, topics }: UnsubscribeFrame): Promise<void> {
    return inTurn(socket, async () => {
      for (const topic of topics) {
        const subscription = socket.subscriptions.get(topic);
        if (subscription) this.#port.fanout.leave(subscription);
      }
      socket.save();
      socket.send(unsubscribedFrame(idJson, topics));
    });
  }

  /**
   * What a socket listened to before the instance lost its memory; topics that were catching up go on from where they were. False where a
   * subscription is not understood any more.
   */
  restore(socket: HubSocket, saved: readonly SavedSubscription[]): boolean {
    const replays = new Map<string, Subscription[]>();
    for (const { topic, filter, since } of saved) {
      const made = makeSubscriptions(socket, [topic], filter);
      if (!made.ok) return false;
      for (const subscription of made.value) {
        this.#port.fanout.join(subscription);
        if (since !== null) replays.set(since, [...(replays.get(since) ?? []), subscription]);
      }
    }
    for (const [since, subscriptions] of replays) {
      const positions = Positions.decode(since);
      if (!positions) return false;
      for (const subscription of subscriptions) subscription.replay = positions;
      void this.#replay(socket, 'null', subscriptions, positions);
    }
    return true;
  }

  async #subscribe(socket: HubSocket, { idJson, topics, filter, since }: SubscribeFrame): Promise<LiveError | null> {
    const made = makeSubscriptions(socket, topics, filter);
    if (!made.ok) return made.error;
    const added = topics.filter((topic) => !socket.subscriptions.has(topic)).length;
    if (socket.subscriptions.size + added > MAX_TOPICS_PER_SOCKET) return { kind: 'too_many_topics' };
    const subscriptions = made.value;
    const start = await this.#startAt(since, subscriptions);
    if (!start.ok) return start.error;
    if (!socket.isOpen) return null;

    const { feed, fanout } = this.#port;
    const isBehind = start.value !== null && !covers(start.value, feed.positions);
    for (const subscription of subscriptions) subscription.replay = isBehind ? start.value : null;
    const replaced = subscriptions.map(({ name }) => socket.subscriptions.get(name)).filter((old) => old !== undefined);
    if (!socket.save(new Map([...socket.subscriptions, ...subscriptions.map((one) => [one.name, one] as const)]))) {
      return { kind: 'subscription_too_large' };
    }
    for (const old of replaced) fanout.leave(old);
    for (const subscription of subscriptions) fanout.join(subscription);
    const cursor = isBehind && start.value ? start.value.encode() : feed.cursor();
    socket.send(subscribedFrame(idJson, topics, cursor, this.#presence(subscriptions)));
    if (isBehind && start.value) void this.#replay(socket, idJson, subscriptions, start.value);
    return null;
  }

  /** The cursor's place; null for the present. The journals publish afterwards, where a topic needs them: notices come also while they are away. */
  async #startAt(
    since: string | null,
    subscriptions: readonly Subscription[],
  ): Promise<Result<Positions | null, LiveError>> {
    const positions = since === null ? null : Positions.decode(since);
    if (since !== null && positions === null) return err({ kind: 'invalid_cursor' });
    if (!subscriptions.some(({ topic }) => carriesRecords(topic))) return ok(null);
    const { feed } = this.#port;
    try {
      await feed.attach(this.#shards);
      if (positions && !covers(feed.positions, positions)) await feed.catchUp(this.#shards);
    } catch (cause) {
      logFault('attach_failed', this.#port.projectId(), cause);
      return err({ kind: 'history_away' });
    }
    return positions && !covers(feed.positions, positions) ? err({ kind: 'invalid_cursor' }) : ok(positions);
  }

  async #replay(
    socket: HubSocket,
    idJson: string,
    subscriptions: readonly Subscription[],
    from: Positions,
  ): Promise<void> {
    try {
      await new Replay({ ...this.#port, pages: this.#pages }, socket, subscriptions, from).run();
    } catch (cause) {
      logFault('replay_failed', this.#port.projectId(), cause);
      for (const subscription of subscriptions) this.#port.fanout.leave(subscription);
      if (socket.isOpen) socket.save();
      socket.send(errorFrame(idJson, { kind: 'history_away' }));
    }
  }

  #presence(subscriptions: readonly Subscription[]): Record<string, number> | null {
    const counts = subscriptions.flatMap(({ topic }) =>
      topic.kind === 'client' ? [[topic.clientId, this.#port.sockets.ofClient(topic.clientId)] as const] : [],
    );
    return counts.length === 0 ? null : Object.fromEntries(counts);
  }
}

function makeSubscriptions(
  socket: HubSocket,
  topics: readonly string[],
  filterText: string,
): Result<Subscription[], LiveError> {
  const filter = compileFilter(filterText);
  if (!filter.ok) return filter;
  const subscriptions: Subscription[] = [];
  for (const name of topics) {
    const topic = parseTopic(name);
    if (topic === null) return err({ kind: 'unknown_topic', topic: name.slice(0, 80) });
    subscriptions.push({ socket, name, topic, filterText, filter: filter.value, replay: null, dropped: 0 });
  }
  return ok(subscriptions);
}

/** Whether `positions` has everything that `others` has. */
function covers(positions: Positions, others: Positions): boolean {
  for (const { shard, stream, nextSeq } of others) if (positions.get(shard, stream) < nextSeq) return false;
  return true;
}

/** Answers come in the order of the frames, although a first SUBSCRIBE has to wait for the journals. */
function inTurn(socket: HubSocket, change: () => Promise<void>): Promise<void> {
  const turn = socket.changing.then(change);
  socket.changing = turn.then(undefined, () => undefined);
  return turn;
}

function logFault(event: string, projectId: string, cause: unknown): void {
  log('error', event, { projectId, cause: cause instanceof Error ? cause.stack : String(cause) });
}
