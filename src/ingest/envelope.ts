import { membersOf } from './elements.ts';

/** Names under which senders put their batch: `logs` is pino-http-send's; the others are those of home-made senders. */
const ENVELOPE = /^\s*\{\s*"(?:logs|records|events|entries)"\s*:\s*\[/;

/**
 * The array inside a body that is one JSON object with one member, an array under one of the names above; null for every other body. An object
 * with any second member is a record: what stands beside the array would be lost by unpacking it.
 */
export function enveloped(text: string): string | null {
  if (!ENVELOPE.test(text)) return null;
  let found: string | null = null;
  for (const member of membersOf(text)) {
    if (member === null || found !== null) return null;
    found = member[1];
  }
  return found;
}
