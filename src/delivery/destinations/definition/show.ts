import { sha256Hex } from '../../../shared/hash.ts';
import type { Destination } from '../../../wire/delivery.ts';
import type { JsonObject } from '../../../wire/record.ts';
import type { DestinationConfig } from '../../calls.ts';
import type { Definition, StoredDestination } from './types.ts';

/** A destination as it is answered. `sees` says whether the caller may know the whole URL. */
export function showDestination(
  { id, projectId, version, definition, secrets, disabled, createdAtMs, changedAtMs, confirmed }: StoredDestination,
  { isGone, seesUrl, nowMs }: { isGone: boolean; seesUrl: boolean; nowMs: number },
): Destination {
  const { url, headers, ...rest } = definition;
  return {
    ...{ id, projectId },
    ...rest,
    url: seesUrl ? url : maskedUrl(url),
    headers: headers.map(({ name, value, secret }) => ({ name, value: secret ? null : value, secret })),
    secrets: secrets
      .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs)
      .map(({ stored: _, ...shown }) => shown),
    disabled: disabled || isGone,
    disabledReason: disabled ? 'by_hand' : isGone ? 'gone' : null,
    ...{ version, confirmed, createdAtMs, changedAtMs },
  };
}

/** Slack's, Discord's and others' URLs are credentials: whoever has one may post. */
export function maskedUrl(url: string): string {
  return URL.canParse(url) ? `${new URL(url).origin}/…` : '…';
}

/** What the object goes by. */
export function configOf({
  id,
  projectId,
  version,
  definition,
  secrets,
  disabled,
}: StoredDestination): DestinationConfig {
  return {
    ...{ destinationId: id, projectId, version, disabled },
    ...definition,
    secrets: secrets.map(({ id: secretId, kind, stored, expiresAtMs }) => ({
      id: secretId,
      kind,
      stored,
      expiresAtMs,
    })),
  };
}

/** For audit rows, which are kept for longer and read by others: no URL, header value or template, but whether they are the same as before. */
export function auditView({ url, headers, template, breaker, ...plain }: Definition): JsonObject {
  return {
    ...plain,
    url: `${maskedUrl(url)} ${fingerprint(url)}`,
    headers: headers.map(({ name, secret }) => ({ name, secret })),
    template: template === null ? null : fingerprint(template),
    breaker: { ...breaker },
  };
}

function fingerprint(text: string): string {
  return `sha256:${sha256Hex(text).slice(0, 16)}`;
}
