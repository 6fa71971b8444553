import {
  DEFAULT_BREAKER,
  DEFAULT_TIMEOUT_MS,
  type Destination,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
} from '../../../../../wire/delivery.ts';
import type { DestinationInput, HeaderInput } from '../../../../api/destinations.ts';
import { boundsFault } from '../../../../lib/bounds.ts';

export interface DraftHeader extends HeaderInput {
  /** Of its row in the form. */
  id: number;
  /** A secret is there, which is kept while `value` is null. */
  isStored: boolean;
}

/** What the form holds; a template of '' is the built-in one. */
export interface Draft extends Omit<DestinationInput, 'headers' | 'template'> {
  headers: DraftHeader[];
  template: string;
}

export const EMPTY_DRAFT: Draft = {
  ...{ name: '', kind: 'webhook', url: '', headers: [], template: '', timeoutMs: DEFAULT_TIMEOUT_MS },
  ...{ ordered: false, maxPerSecond: 50, warmProbe: false, breaker: DEFAULT_BREAKER },
};

export function draftOf(destination: Destination): Draft {
  const { name, kind, url, headers, template, timeoutMs, ordered, maxPerSecond, warmProbe, breaker } = destination;
  return {
    ...{ name, kind, url, timeoutMs, ordered, maxPerSecond, warmProbe, breaker, template: template ?? '' },
    headers: headers.map((header, id) => ({ ...header, id, isStored: header.secret })),
  };
}

export function inputOf({ headers, template, name, url, ...plain }: Draft): DestinationInput {
  return {
    ...plain,
    ...{ name: name.trim(), url: url.trim(), template: template.trim() === '' ? null : template },
    headers: headers.map(({ name: of, value, secret }) => ({ name: of.trim(), value, secret })),
  };
}

/** What of `to` is another than in `from`: what a change sends, and nothing beside it. */
export function changeOf(from: Draft, to: Draft): Partial<DestinationInput> {
  const [before, after] = [inputOf(from), inputOf(to)];
  const changed = (Object.keys(after) as (keyof DestinationInput)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, after[name]]));
}

/** The changes that a draft makes to `base`, made to `theirs`: what both changed is as in the draft. */
export function rebased(base: Draft, draft: Draft, theirs: Draft): Draft {
  const mine = changeOf(base, draft);
  const kept = Object.keys(mine).map((name) => [name, draft[name as keyof Draft]] as const);
  return { ...theirs, ...Object.fromEntries(kept) };
}

/** As the server has them (docs/alerts.md); in ms or, where it is a share, in parts of one. */
export const BOUNDS = {
  ...{ timeoutMs: [MIN_TIMEOUT_MS, MAX_TIMEOUT_MS], maxPerSecond: [1, 1_000], windowMs: [1_000, 3_600_000] },
  ...{ windowCalls: [1, 1_000], minimumCalls: [1, 1_000], openAbove: [0.01, 1], closeBelow: [0.01, 1] },
  ...{ slowCallMs: [50, MAX_TIMEOUT_MS], slowOpenAbove: [0.01, 1], probeAfterMs: [1_000, 3_600_000], probes: [1, 20] },
  ...{ leaseMs: [1_000, 600_000], trickleCalls: [0, 100], trickleWindowMs: [1_000, 600_000] },
  trickleTimeoutMs: [50, 5_000],
} as const satisfies Record<string, readonly [number, number]>;

/** Whether it is worth sending; the rest is for the server to say. */
export function isReady({ name, url, timeoutMs, maxPerSecond, breaker, headers }: Draft): boolean {
  const numbers = { ...breaker, timeoutMs, maxPerSecond };
  return (
    name.trim() !== '' &&
    url.trim() !== '' &&
    headers.every((header) => header.name.trim() !== '' && (header.value !== null || header.isStored)) &&
    Object.entries(BOUNDS).every(([field, [min, max]]) => {
      return boundsFault(numbers[field as keyof typeof numbers], min, max) === null;
    })
  );
}
