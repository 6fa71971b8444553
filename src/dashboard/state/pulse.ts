/** What the top bar says of a project's health: asked for when the socket tells of a change, and every few seconds where there is no socket. */
import { signal } from '@preact/signals';
import type { Pulse } from '../../wire/alerts.ts';
import { TOPIC_HEALTH } from '../../wire/protocol.ts';
import { openLive } from '../api/live-socket.ts';
import { getPulse } from '../api/pulse.ts';
import { now } from './clock.ts';
import { loadSession } from './session.ts';

export interface PulseState {
  /** null until the first answer. */
  pulse: Pulse | null;
  /** What is shown is as old as it says: nothing newer can be had. */
  failing: boolean;
  /** The socket tells of changes. */
  live: boolean;
}

const NOTHING: PulseState = { pulse: null, failing: false, live: false };

export const pulseState = signal<PulseState>(NOTHING);
/** How often something has changed for what shows more of it than the pulse. */
export const healthChanges = signal(0);

const ASK_EVERY_MS = 5_000;
/** Beside a socket: nobody tells of a rate that creeps. */
const LIVE_ASK_EVERY_MS = 15_000;
/** Changes come in bursts. */
const GATHER_MS = 300;

/** Until the returned function is called. */
export function followPulse(project: string): () => void {
  const gone = new AbortController();
  let asking = false;
  let notBeforeMs = 0;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const set = (change: Partial<PulseState>) => {
    pulseState.value = { ...pulseState.peek(), ...change };
  };
  const ask = async () => {
    if (asking || document.hidden || now() < notBeforeMs) return;
    asking = true;
    const answer = await getPulse(project, gone.signal);
    asking = false;
    if (gone.signal.aborted) return;
    notBeforeMs = now() + (pulseState.peek().live ? LIVE_ASK_EVERY_MS : ASK_EVERY_MS) - GATHER_MS;
    if (answer.ok) return set({ pulse: answer.value, failing: false });
    const wait = answer.error.kind === 'problem' ? (answer.error.retryAfterSeconds ?? 0) : 0;
    notBeforeMs = Math.max(notBeforeMs, now() + wait * 1_000);
    set({ failing: true });
  };
  const askNow = () => {
    if (!pulseState.peek().failing) notBeforeMs = 0;
    void ask();
  };
  const changed = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      healthChanges.value++;
      askNow();
    }, GATHER_MS);
  };
  pulseState.value = NOTHING;
  const link = openLive(
    { project, topic: TOPIC_HEALTH, filter: '' },
    {
      subscribed: (resumed) => {
        set({ live: true });
        // What happened while there was none, nobody told.
        if (resumed) changed();
      },
      lost: () => set({ live: false }),
      refused: () => set({ live: false }),
      records: changed,
      checkSession: loadSession,
    },
  );
  const timer = setInterval(() => void ask(), ASK_EVERY_MS);
  document.addEventListener('visibilitychange', askNow, { signal: gone.signal });
  void ask();
  return () => {
    clearInterval(timer);
    clearTimeout(gathering);
    link.close();
    gone.abort();
  };
}
