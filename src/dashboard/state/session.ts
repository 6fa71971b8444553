import { computed, signal } from '@preact/signals';
import * as auth from '../api/auth.ts';
import { type Answer, type ApiError, connectSession, setCsrf } from '../api/http.ts';
import type { Login, Me } from '../api/types.ts';
import { learnServerTime, now } from './clock.ts';
import { clearToasts, sayError } from './toasts.ts';

export type Session =
  | { kind: 'unknown' }
  | { kind: 'anonymous'; reason: 'never' | 'ended' | 'signed_out' }
  | { kind: 'unreachable'; error: ApiError }
  | { kind: 'user'; me: Me };

export const session = signal<Session>({ kind: 'unknown' });
export const user = computed(() => (session.value.kind === 'user' ? session.value.me : null));
export const isAdmin = computed(() => user.value?.role === 'admin');
/** Analysts export and save searches; viewers read. */
export const mayExport = computed(() => user.value?.role === 'admin' || user.value?.role === 'analyst');

/** Renew when half of what is left has passed, but look at it at least this often: clocks and laptops sleep. */
const LONGEST_WAIT_MS = 15 * 60_000;
const SHORTEST_WAIT_MS = 20_000;

const tabs = new BroadcastChannel('breakwater.session');
let renewal: ReturnType<typeof setTimeout> | undefined;

connectSession({
  unauthenticated: () => leave('ended'),
  renewCsrf: async () => {
    const answer = await auth.me();
    if (answer.ok) adopt(answer.value);
    return answer.ok;
  },
});

tabs.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.data === 'signed-out') leave('signed_out', false);
  // Another tab signed in, perhaps as somebody else.
  else if (event.data === 'signed-in') void loadSession();
});

export async function loadSession(): Promise<void> {
  const answer = await auth.me();
  if (answer.ok) adopt(answer.value);
  else if (answer.error.kind === 'problem' && answer.error.status === 401) leave(user.value ? 'ended' : 'never', false);
  // Who is signed in keeps the page: its parts say for themselves what they could not load.
  else if (session.peek().kind !== 'user') session.value = { kind: 'unreachable', error: answer.error };
}

export async function signIn(username: string, password: string): Promise<Answer<Login>> {
  const answer = await auth.login(username, password);
  if (answer.ok) {
    setCsrf(answer.value.csrf);
    await loadSession();
    tabs.postMessage('signed-in');
  }
  return answer;
}

/** Who reads that he is signed out leaves the machine to others: say it only when the server has ended the session. */
export async function signOut(): Promise<void> {
  const answer = await auth.logout();
  if (answer.ok || (answer.error.kind === 'problem' && answer.error.status === 401)) leave('signed_out');
  else sayError('You are still signed in', answer.error);
}

export async function signOutEverywhere(): Promise<Answer<void>> {
  const answer = await auth.revokeAll();
  if (answer.ok) leave('signed_out');
  return answer;
}

/** After a change of password the server hands out a new token for this session. */
export function renewed(csrf: string, expiresAt: number): void {
  setCsrf(csrf);
  const me = user.peek();
  if (me) session.value = { kind: 'user', me: { ...me, csrf, expiresAt } };
  schedule(expiresAt);
}

function adopt(me: Me): void {
  learnServerTime(me.nowMs);
  setCsrf(me.csrf);
  session.value = { kind: 'user', me };
  schedule(me.expiresAt);
}

/** Shows sign-in in place: the address stays, so that signing in again goes on where the reader was. */
function leave(reason: 'never' | 'ended' | 'signed_out', tell = true): void {
  clearTimeout(renewal);
  setCsrf(null);
  clearToasts();
  const wasUser = session.peek().kind === 'user';
  session.value = { kind: 'anonymous', reason };
  if (tell && wasUser) tabs.postMessage('signed-out');
}

function schedule(expiresAtMs: number): void {
  clearTimeout(renewal);
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, (expiresAtMs - now()) / 2));
  renewal = setTimeout(async () => {
    const answer = await auth.refresh();
    if (answer.ok) renewed(answer.value.csrf, answer.value.expiresAt);
    else if (session.peek().kind === 'user') schedule(now() + 2 * SHORTEST_WAIT_MS);
  }, wait);
}
