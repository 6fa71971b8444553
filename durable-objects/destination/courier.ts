import { addressSentence, checkTarget, type TargetRules, targetSentence } from '../../src/delivery/address/index.ts';
import { type Keyring, requestOf } from '../../src/delivery/attempt/request.ts';
import { type SendPort, send } from '../../src/delivery/attempt/send.ts';
import type { DestinationConfig } from '../../src/delivery/calls.ts';
import type { Resolver } from '../../src/delivery/dns/types.ts';
import { warmConnection } from '../../src/delivery/warm/probe.ts';
import type { Config } from '../../src/env.ts';
import { decryptAtRest } from '../../src/shared/at-rest.ts';
import { decodeUtf8 } from '../../src/shared/bytes.ts';
import { log } from '../../src/shared/log.ts';
import { err, ok, type Result } from '../../src/shared/result.ts';
import { within } from '../../src/shared/within.ts';
import type { Landing } from './book.ts';
import type { Flight } from './dispatcher.ts';

export interface CourierPort extends SendPort {
  fetch: typeof fetch;
  resolver: Resolver;
  config: Config;
  rules: TargetRules;
}

interface Refused {
  outcome: 'timeout' | 'dns_failed' | 'address_refused';
  error: string;
  dnsMs: number;
}

/** Makes one attempt: checks where the URL leads now, signs, sends, reads the answer. */
export class Courier {
  readonly #port: CourierPort;
  #opened: { config: DestinationConfig; keyring: Keyring } | null = null;

  constructor(port: CourierPort) {
    this.#port = port;
  }

  /** Never throws: what cannot be sent is an answer too, and where we are at fault the delivery must not be stuck. */
  async attempt(flight: Flight): Promise<Landing> {
    const startedMs = this.#port.nowMs();
    try {
      return await this.#attempt(flight, startedMs);
    } catch (cause) {
      const { destinationId, projectId } = flight.config;
      log('error', 'attempt_broke_off', { destinationId, projectId, cause: String(cause) });
      return unanswered('lost', 'a fault of ours broke this attempt off', 0, this.#port.nowMs() - startedMs);
    }
  }

  /** The timeout is for all of it, the name included. */
  async #attempt(flight: Flight, startedMs: number): Promise<Landing> {
    const { config, delivery, timeoutMs } = flight;
    const keyring = this.#open(config);
    if (!keyring.ok) return unanswered('template_failed', keyring.error, 0, 0);
    const place = await this.#check(config.url, timeoutMs);
    const leftMs = timeoutMs - (this.#port.nowMs() - startedMs);
    if (!place.ok) {
      const { outcome, error, dnsMs } = place.error;
      return unanswered(outcome, error, dnsMs, timeoutMs - leftMs);
    }
    const { dnsMs, href } = place.value;
    if (leftMs <= 0) return unanswered('timeout', `the name took ${dnsMs} ms`, dnsMs, timeoutMs - leftMs);
    const deliveryId = `${config.destinationId}-${delivery.event.id}`;
    const { body, contentType } = flight;
    const letter = { url: href, deliveryId, body, contentType };
    const prepared = requestOf(letter, keyring.value, this.#port.nowMs());
    if (!prepared.ok) return unanswered('template_failed', prepared.error, dnsMs, timeoutMs - leftMs);
    const { request, shownHeaders } = prepared.value;
    const { outcome, status, headersMs, response, error, retryAfter } = await send(this.#port, request, leftMs);
    return {
      ...{ status, headersMs, dnsMs, response, error, requestHeaders: shownHeaders },
      durationMs: this.#port.nowMs() - startedMs,
      result:
        outcome === 'answered' && status !== null
          ? { kind: 'answered', status, retryAfter }
          : { kind: 'unanswered', outcome: outcome === 'timeout' ? 'timeout' : 'connection_failed' },
    };
  }

  /** A burst is expected: the name is known then, and the connection open where that is wanted. Says whether one was opened. */
  async warm(config: DestinationConfig, isWanted: boolean): Promise<boolean> {
    const target = checkTarget(config.url, this.#port.rules);
    if (!target.ok) return false;
    const { host, literal, href } = target.value;
    const isAllowed = literal !== null || (await this.#port.resolver.expectBurst(host)).kind === 'allowed';
    return isAllowed && isWanted && warmConnection(href, this.#port.fetch);
  }

  async #check(url: string, timeoutMs: number): Promise<Result<{ href: string; dnsMs: number }, Refused>> {
    const target = checkTarget(url, this.#port.rules);
    if (!target.ok) return err({ outcome: 'address_refused', error: targetSentence(target.error), dnsMs: 0 });
    const { href, host, literal } = target.value;
    if (literal !== null) return ok({ href, dnsMs: 0 });
    // A resolver that hangs may take longer than the attempt: what it says then is there for the next one.
    const name = await within(timeoutMs, this.#port.resolver.check(host));
    if (name === null)
      return err({ outcome: 'timeout', error: `its name was not known within ${timeoutMs} ms`, dnsMs: timeoutMs });
    const dnsMs = name.waitMs;
    switch (name.kind) {
      case 'allowed':
        return ok({ href, dnsMs });
      case 'refused':
        return err({ outcome: 'address_refused', error: `${host}: ${addressSentence(name)}`, dnsMs });
      case 'failed':
        return err({ outcome: 'dns_failed', error: name.sentence, dnsMs });
    }
  }

  /** Once for each configuration. One that cannot be opened (its DATA_SECRETS are gone) is said and tried again at each attempt: putting them back mends it. */
  #open(config: DestinationConfig): Result<Keyring, string> {
    if (this.#opened?.config === config) return ok(this.#opened.keyring);
    const { destinationId, projectId } = config;
    try {
      const keyring = openKeyring(this.#port.config, config);
      this.#opened = { config, keyring };
      return ok(keyring);
    } catch (cause) {
      log('error', 'destination_secrets_unreadable', { destinationId, projectId, cause: String(cause) });
      return err('its secrets cannot be opened: DATA_SECRETS lacks what they were encrypted with');
    }
  }
}

function openKeyring(config: Config, { destinationId, headers, secrets }: DestinationConfig): Keyring {
  const headerOf = (stored: string) => {
    const value = decodeUtf8(decryptAtRest(config, `destination header ${destinationId}`, stored));
    if (value === null) throw new Error('a header is no text');
    return value;
  };
  return {
    headers: headers.map((header) => (header.secret ? { ...header, value: headerOf(header.value) } : header)),
    secrets: secrets.map(({ kind, stored, expiresAtMs }) => {
      const bytes = decryptAtRest(config, `destination secret ${destinationId}`, stored);
      return { kind, bytes, expiresAtMs };
    }),
  };
}

function unanswered(
  outcome: 'template_failed' | 'lost' | Refused['outcome'],
  error: string,
  dnsMs: number,
  durationMs: number,
): Landing {
  const none = { status: null, headersMs: null, requestHeaders: {}, response: null };
  return { ...none, dnsMs, durationMs, error, result: { kind: 'unanswered', outcome } };
}
