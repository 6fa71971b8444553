import { computed, signal } from '@preact/signals';
import * as auth from '../api/auth.ts';
import { type Answer, type ApiError, connectSession, getCsrf, setCsrf } from '../api/http.ts';
import type { Login, Me, Renewal } from '../api/types.ts';
import { csrfFrom } from '../lib/csrf-cookie.ts';
import {
  isDue,
  isNews,
  notBeforeMs,
  type RefreshOutcome,
  reactionTo,
  rightsOf,
  sleepMs,
} from '../lib/session-rules.ts';
import type { LeaveReason } from '../lib/tab-message.ts';
import { learnServerTime, now } from './clock.ts';
import { hear, inOneTab, tell } from './tabs.ts';
import { clearToasts, sayError } from './toasts.ts';

export type Session =
  | { kind: 'unknown' }
  | { kind: 'anonymous'; reason: 'never' | LeaveReason }
  | { kind: 'unreachable'; error: ApiError }
  | { kind: 'user'; me: Me };

export const session = signal<Session>({ kind: 'unknown' });
export const user = computed(() => (session.value.kind === 'user' ? session.value.me : null));
export const isAdmin = computed(() => user.value?.role === 'admin');
/** Analysts export and save searches; viewers read. */
export const mayExport = computed(() => user.value?.role === 'admin' || user.value?.role === 'analyst');
/** Another text when another person is signed in, or the same one may see other things. */
export const rights = computed(() => (user.value ? rightsOf(user.value) : null));

/** A tab that was away looks again, but not each time that somebody goes from window to window. */
const LOOK_AGAIN_MS = 60_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let notBefore = 0;
let failures = 0;
let lookedMs = 0;
let question = 0;
let confirming: Promise<boolean> | null = null;
/** Somebody is signing out here: its sockets may be closed before the answer is there. */
let isLeaving = false;

connectSession({
  // One question for all requests that were refused at once. No answer is no reason to sign anybody out.
  confirm: () => {
    confirming ??= loadSession()
      .then(() => session.peek().kind === 'user')
      .finally(() => {
        confirming = null;
      });
    return confirming;
  },
  renewCsrf: async () => {
    const answer = await auth.me();
    if (answer.ok) adopt(answer.value);
    return answer.ok;
  },
});

hear((message) => {
  const reaction = reactionTo(message, user.peek());
  switch (reaction.kind) {
    case 'nothing':
      return;
    case 'look':
      return void loadSession(false);
    case 'leave':
      return leave(reaction.reason, false);
    case 'times':
      // A signing key may have changed with it; the token itself is never told.
      setCsrf(csrfFrom(document.cookie, window.location.protocol === 'https:') ?? getCsrf());
      return setTimes(reaction.expiresAtMs, reaction.refreshAtMs);
  }
});

document.addEventListener('visibilitychange', wake);
window.addEventListener('online', wake);
window.addEventListener('focus', wake);
window.addEventListener('pageshow', wake);

/** `tells` is false where another tab's word is the reason to look. */
export async function loadSession(tells = true): Promise<void> {
  const mine = ++question;
  const answer = await auth.me();
  // Overtaken by a newer question, or by a sign-out: an old answer would show somebody who is gone.
  if (mine !== question) return;
  if (answer.ok) adopt(answer.value, tells);
  else if (answer.error.kind === 'problem' && answer.error.status === 401) {
    // Who is gone already stays so for the reason that was given.
    if (session.peek().kind !== 'anonymous') leave(isLeaving ? 'signed_out' : user.peek() ? 'ended' : 'never', tells);
  }
  // Who is signed in keeps the page: its parts say for themselves what they could not load.
  else if (session.peek().kind !== 'user') session.value = { kind: 'unreachable', error: answer.error };
}

/** Takes whatever a sign-in was answered with: by password, with a second factor, by passkey. */
export async function signedIn(answer: Answer<Login>): Promise<Answer<Login>> {
  if (answer.ok) {
    setCsrf(answer.value.csrf);
    await loadSession();
  }
  return answer;
}

/** Who reads that he is signed out leaves the machine to others: say it only when the server has ended the session. */
export async function signOut(): Promise<void> {
  const answer = await leaving(auth.logout);
  if (answer.ok || (answer.error.kind === 'problem' && answer.error.status === 401)) leave('signed_out');
  else if (user.peek()) sayError('You are still signed in', answer.error);
}

export async function signOutEverywhere(): Promise<Answer<void>> {
  const answer = await leaving(auth.revokeAll);
  if (answer.ok) leave('signed_out');
  return answer;
}

async function leaving<T>(end: () => Promise<T>): Promise<T> {
  isLeaving = true;
  try {
    return await end();
  } finally {
    isLeaving = false;
  }
}

/** The server has given this session a new secret: by a refresh, a new proof of who is there, or a change of password. */
export function renewed({ csrf, expiresAt, refreshAt }: Renewal): void {
  setCsrf(csrf);
  setTimes(expiresAt, refreshAt);
  const me = user.peek();
  if (me) tell({ kind: 'refreshed', sessionId: me.sessionId, expiresAtMs: expiresAt, refreshAtMs: refreshAt });
}

function setTimes(expiresAt: number, refreshAt: number): void {
  const me = user.peek();
  if (!me) return;
  failures = 0;
  session.value = { kind: 'user', me: { ...me, csrf: getCsrf() ?? me.csrf, expiresAt, refreshAt } };
  schedule();
}

function adopt(me: Me, tells = true): void {
  const before = user.peek();
  learnServerTime(me.nowMs);
  lookedMs = now();
  setCsrf(me.csrf);
  session.value = { kind: 'user', me };
  schedule();
  if (tells && isNews(before, me)) tell({ kind: 'seen', sessionId: me.sessionId, rights: rightsOf(me) });
}

/** Shows sign-in in place: the address stays, so that signing in again goes on where the reader was. */
function leave(reason: 'never' | LeaveReason, tells = true): void {
  clearTimeout(timer);
  question++;
  setCsrf(null);
  clearToasts();
  const me = user.peek();
  session.value = { kind: 'anonymous', reason };
  if (tells && me && reason !== 'never') tell({ kind: 'left', sessionId: me.sessionId, reason });
}

function schedule(): void {
  clearTimeout(timer);
  const me = user.peek();
  if (me) timer = setTimeout(() => void refreshIfDue(), sleepMs(me.refreshAt, notBefore, now()));
}

async function refreshIfDue(): Promise<void> {
  const due = () => {
    const me = user.peek();
    return me !== null && isDue(me.refreshAt, notBefore, now());
  };
  if (due()) {
    let outcome: RefreshOutcome = { kind: 'done' };
    const here = await inOneTab(async () => {
      // Another tab's word may have come while this one waited for its turn.
      if (due()) outcome = await refresh();
    });
    notBefore = notBeforeMs(here ? outcome : { kind: 'elsewhere' }, now(), Math.random());
  }
  schedule();
}

async function refresh(): Promise<RefreshOutcome> {
  const answer = await auth.refresh();
  if (!answer.ok) return { kind: 'failed', failures: ++failures };
  renewed(answer.value);
  // A tab that nobody touches learns here that its person may do more or less than before.
  await loadSession();
  return { kind: 'done' };
}

function wake(): void {
  if (document.hidden || session.peek().kind !== 'user') return;
  if (now() - lookedMs > LOOK_AGAIN_MS) void loadSession();
  void refreshIfDue();
}
