/** The other tabs of this browser: telling them, hearing them, and doing for all of them what only one should do. */
import { leaseText, mayTake, parseLease } from '../lib/lease.ts';
import { decodeMessage, encodeMessage, type TabMessage } from '../lib/tab-message.ts';
import { now } from './clock.ts';
import { keyOf, recall, remember } from './storage.ts';

const NAME = 'tabs';
const LEASE = 'refresh-lease';
/** Longer than any refresh may take; a tab that dies holds the others up for this long. */
const LEASE_MS = 30_000;
/** Two tabs may take a free lease in the same moment: who is named after this long has it. */
const SETTLE_MS = 150;
/** What was done is told before the lock is let go, but may be heard after it: who comes next must have heard. */
const LINGER_MS = 1_000;

const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(keyOf(NAME)) : null;

/** To every other tab, never to this one. */
export function tell(message: TabMessage): void {
  const text = encodeMessage(message);
  if (channel) channel.postMessage(text);
  else {
    // The others get an event for the writing; nothing stays behind.
    remember(NAME, text);
    remember(NAME, null);
  }
}

export function hear(handle: (message: TabMessage) => void): void {
  const take = (raw: unknown) => {
    const message = decodeMessage(raw);
    if (message) handle(message);
  };
  if (channel) channel.addEventListener('message', (event: MessageEvent<unknown>) => take(event.data));
  else {
    window.addEventListener('storage', ({ key, newValue }) => {
      if (key === keyOf(NAME)) take(newValue);
    });
  }
}

/** Runs `job` unless another tab is at it, and says whether it ran. */
export async function inOneTab(job: () => Promise<void>): Promise<boolean> {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return byLease(job);
  return locks.request(keyOf(LEASE), { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await job();
    await pause(LINGER_MS);
    return true;
  });
}

const tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join(
  '',
);

async function byLease(job: () => Promise<void>): Promise<boolean> {
  if (!mayTake(recall(LEASE), tab, now(), LEASE_MS)) return false;
  remember(LEASE, leaseText({ tab, untilMs: Math.round(now() + LEASE_MS) }));
  await pause(SETTLE_MS);
  const holder = parseLease(recall(LEASE))?.tab;
  // Without a holder this browser stores nothing: two refreshes at once do no harm, none at all would.
  if (holder !== undefined && holder !== tab) return false;
  await job();
  remember(LEASE, leaseText({ tab, untilMs: Math.round(now() + LINGER_MS) }));
  return true;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
