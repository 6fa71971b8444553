import { readStart } from './read-answer.ts';
import { safeHeaders, safeText, secretsOf, withoutSecrets } from './safe-text.ts';

/** What a receiver did in one HTTP try. What its status means is decided elsewhere (src/delivery/retry/classify.ts). */
export interface Exchange {
  outcome: 'answered' | 'timeout' | 'connection_failed';
  status: number | null;
  durationMs: number;
  headersMs: number | null;
  response: { headers: Record<string, string>; body: string; truncated: boolean } | null;
  error: string | null;
  /** The header as it came. */
  retryAfter: string | null;
}

export interface OutgoingRequest {
  url: string;
  headers: Headers;
  body: string;
  /** What no log may show, wherever the answer repeats it. */
  secrets: readonly string[];
}

export interface SendPort {
  fetch(url: string, init: RequestInit): Promise<Response>;
  nowMs(): number;
}

/** Of what a runtime says about a connection that failed. */
const MAX_CAUSE_CHARACTERS = 200;

/**
 * One HTTP try: whatever happens is an answer, nothing is thrown. `timeoutMs` is for all of it, the body of the answer included; a redirect is not
 * followed, because where it leads was not checked.
 */
export async function send(port: SendPort, request: OutgoingRequest, timeoutMs: number): Promise<Exchange> {
  const { secrets } = request;
  const startedMs = port.nowMs();
  const ended = new AbortController();
  const seen: { response: Response | null; headersMs: number | null } = { response: null, headersMs: null };
  const deadline = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => {
    deadline.resolve('timeout');
    ended.abort();
  }, timeoutMs);
  const exchange = async () => {
    const { url, headers, body } = request;
    const init: RequestInit = { method: 'POST', headers, body, redirect: 'manual', signal: ended.signal };
    seen.response = await port.fetch(url, init);
    seen.headersMs = port.nowMs() - startedMs;
    return readStart(seen.response.body);
  };
  const told = (
    outcome: Exchange['outcome'],
    answer: { bytes: Uint8Array; truncated: boolean },
    error: string | null,
  ): Exchange => {
    const { response, headersMs } = seen;
    return {
      ...{ outcome, headersMs, error, status: response?.status ?? null, durationMs: port.nowMs() - startedMs },
      response: response && {
        headers: safeHeaders(response.headers, secrets),
        body: safeText(new TextDecoder().decode(answer.bytes), secrets),
        truncated: answer.truncated,
      },
      retryAfter: response?.headers.get('retry-after') ?? null,
    };
  };
  const nothing = { bytes: new Uint8Array(0), truncated: false };
  try {
    // The race, because the slot of an attempt must come free even where the runtime does not heed the signal.
    const answer = await Promise.race([exchange(), deadline.promise]);
    if (answer === 'timeout') return told('timeout', nothing, late(seen.headersMs));
    return told('answered', answer, sentenceOf((seen.response as Response).status));
  } catch (cause) {
    if (ended.signal.aborted) return told('timeout', nothing, late(seen.headersMs));
    // It is shown to all who may read, with the delivery that waits because of it; the URL is not.
    const hidden = [...secrets, ...secretsOf(request.url)];
    const said = withoutSecrets(cause instanceof Error ? cause.message : String(cause), hidden);
    const what = seen.response === null ? 'the connection failed' : 'the answer broke off';
    return told('connection_failed', nothing, `${what}: ${said.slice(0, MAX_CAUSE_CHARACTERS)}`);
  } finally {
    clearTimeout(timer);
  }
}

function late(headersMs: number | null): string {
  return headersMs === null ? 'no answer in time' : `the answer began after ${headersMs} ms and did not end in time`;
}

function sentenceOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `answered ${status}, and redirects are not followed`;
  return `answered ${status}`;
}
