/** An isolate that has met more ended keys only asks a journal about some of them again. */
const MAX_REMEMBERED = 4_096;

const ended = new Set<string>();

/** A journal has refused this key as revoked, which is for ever: whoever goes on using it must not use up what the live keys of the project may send. */
export function rememberEnded(keyId: string): void {
  if (ended.size >= MAX_REMEMBERED) ended.clear();
  ended.add(keyId);
}

export function hasEnded(keyId: string): boolean {
  return ended.has(keyId);
}
