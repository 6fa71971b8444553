import { setTimeout as sleep } from 'node:timers/promises';
import { type FraudCall, fraudCallsOfSecond } from './fraud-story.ts';

export interface FraudOptions {
  url: string;
  key: string;
  clockOffsetMs: number;
  signal: AbortSignal;
}

const TICK_MS = 500;
/** After a longer silence (a suspended laptop, a server that was away) the missed events are left out. */
const MAX_BEHIND_MS = 5_000;

type Outcome = { kind: 'done' } | { kind: 'refused'; status: number; reason: string };

/** Sends the demo's fraud events as a shop's server would, with the cookies of each browser, until aborted or refused for good. */
export async function runFraud(options: FraudOptions): Promise<void> {
  const outcome = await sendAll(options);
  if (outcome.kind === 'refused') {
    console.error(`The demo's fraud events stop: the server refuses them (${outcome.status}): ${outcome.reason}`);
  }
}

async function sendAll(options: FraudOptions): Promise<Outcome> {
  const nowMs = () => Date.now() + options.clockOffsetMs;
  const shop = new DemoShop(options);
  let secondMs = Math.floor(nowMs() / 1_000) * 1_000;
  while (!options.signal.aborted) {
    secondMs = Math.max(secondMs, Math.floor((nowMs() - MAX_BEHIND_MS) / 1_000) * 1_000);
    for (; secondMs + 1_000 <= nowMs(); secondMs += 1_000) {
      for (const call of fraudCallsOfSecond(secondMs)) {
        const outcome = await shop.tell(call);
        if (outcome.kind === 'refused') return outcome;
      }
    }
    await sleep(TICK_MS, undefined, { signal: options.signal }).catch(() => undefined); // only an abort ends it early
  }
  return { kind: 'done' };
}

/** The server of the demo's shop, with the browsers of its customers: who has no cookies yet is signed in first. */
class DemoShop {
  readonly #options: FraudOptions;
  /** By device and user. A browser of the demo has one user at a time, and keeps the cookies of each. */
  readonly #cookies = new Map<string, string>();
  readonly #registered = new Set<string>();

  constructor(options: FraudOptions) {
    this.#options = options;
  }

  async tell({ userId, browser, cookiesOf, references, event }: FraudCall): Promise<Outcome> {
    const jar = `${cookiesOf} ${userId}`;
    const { client, deviceId } = browser;
    if (!this.#cookies.has(jar) && cookiesOf === deviceId) {
      const signedIn = await this.#post('login', { userId, deviceId, client }, null);
      if (signedIn instanceof Response) this.#cookies.set(jar, cookiesFrom(signedIn));
      else if (signedIn !== null) return signedIn;
    }
    if (!this.#registered.has(userId)) {
      const registered = await this.#post(
        'register',
        { userId, references: { ...references, device: deviceId } },
        null,
      );
      if (registered instanceof Response) this.#registered.add(userId);
      else if (registered !== null) return registered;
    }
    const told = await this.#post('event', { userId, ...event, client }, this.#cookies.get(jar) ?? null);
    return told === null || told instanceof Response ? { kind: 'done' } : told;
  }

  /** Null where nothing is to be done about it: a demo's event that is lost in an outage is not sent again. */
  async #post(route: string, body: object, cookie: string | null): Promise<Response | Outcome | null> {
    const { url, key, signal } = this.#options;
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(cookie === null ? {} : { cookie }),
    };
    const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
    const answer = await fetch(`${url}/api/fraud/${route}`, request).catch(() => null);
    const text = (await answer?.text().catch(() => '')) ?? '';
    if (answer === null || answer.status === 429 || answer.status >= 500) return null;
    return answer.ok ? answer : { kind: 'refused', status: answer.status, reason: text.slice(0, 300) };
  }
}

function cookiesFrom(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
}
