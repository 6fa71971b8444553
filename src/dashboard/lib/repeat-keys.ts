/** Gives changes their `Idempotency-Key`. */
export interface RepeatKeys {
  /** The key of the same change that had no final answer when it was sent last; else a new one. */
  keyFor(change: string): string;
  /** The change has its answer: the next one like it is meant anew. */
  answered(change: string): void;
}

/**
 * A person who sees "no connection" presses the button again. Whether the first request arrived is not known, so the second one says that it
 * is the same: nothing is made twice, and a key that is shown once is shown. One change is remembered, because one is tried again at a time.
 */
export function repeatKeys(makeKey: () => string = randomKey): RepeatKeys {
  let open: { change: string; key: string } | null = null;
  return {
    keyFor(change) {
      if (open?.change !== change) open = { change, key: makeKey() };
      return open.key;
    },
    answered(change) {
      if (open?.change === change) open = null;
    },
  };
}

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
