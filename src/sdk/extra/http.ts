import type { JsonObject } from '../../wire/record.ts';

/** Why Breakwater refused, in its own words. */
export class RefusedError extends Error {
  override readonly name = 'BreakwaterRefused';
  readonly code: string;
  /** 0 where nobody was asked. */
  readonly status: number;

  constructor(message: string, code: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Of routes whose answers are not for pages of other origins: what such a page sends may do something, and yet looks to it like a broken network. */
export function onOwnPage(url: string, what: string): void {
  if (location.origin === url) return;
  throw new RefusedError(
    `${what} works on pages of ${url} alone: Breakwater gives its session, and its answers to anything but beacons, to no other origin.`,
    'cross_site',
    0,
  );
}

export async function askJson(url: string, init: RequestInit): Promise<JsonObject> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  const answer = (await response.json()) as JsonObject;
  if (response.ok) return answer;
  throw new RefusedError(String(answer.detail ?? answer.title), String(answer.code), response.status);
}

export async function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<JsonObject> {
  return askJson(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
